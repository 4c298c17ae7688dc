package org.backbonelab.testing;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

/** Whether libtorch remembers how an array was made. */
public final class Graphs {
    private Graphs() {}

    /** Asks for a backward pass, which libtorch refuses for an array without a graph. */
    public static boolean isRecorded(NDArray array) {
        NDArray sum = array.sum();
        try {
            JniUtils.backward((PtNDArray) sum, (PtNDArray) sum.onesLike(), true, false);
            return true;
        } catch (EngineException e) {
            return false;
        }
    }
}
