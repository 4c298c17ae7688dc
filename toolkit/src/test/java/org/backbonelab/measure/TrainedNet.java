package org.backbonelab.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.backbonelab.data.Batch;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.testing.Golden;
import org.backbonelab.testing.TanhNet;
import org.backbonelab.train.objective.Supervised;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;

/** The network of {@code make_hessian.py} after its training, 181 parameters, and its 20 images. */
final class TrainedNet {
    static final Golden GOLDEN = Golden.load("hessian");

    private TrainedNet() {}

    static Batch batch() {
        int[] labels = new int[20];
        Arrays.setAll(labels, i -> i % 5);
        return new Batch(TanhNet.values(320, 100, 1), labels, 1, 4);
    }

    static Supervised objective(NDManager manager) {
        TanhNet net = new TanhNet(new ImageSpec(1, 4, 5), 8);
        net.initialize(manager, 0);
        double[] weights = GOLDEN.values("trained", "weights");
        int at = 0;
        for (Parameter p : net.namedParameters().values()) {
            float[] values = new float[(int) p.getArray().size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) weights[at++];
            }
            Golden.set(p.getArray(), values);
        }
        return new Supervised(net, 0);
    }

    /** Returns the whole Hessian, a column a product with a unit vector; symmetric but for rounding, which is averaged. */
    static RealMatrix hessian(NDManager manager, WeightSpace space) {
        int size = (int) space.size();
        RealMatrix out = MatrixUtils.createRealMatrix(size, size);
        for (int i = 0; i < size; i++) {
            List<NDArray> product = space.hessianProduct(unit(manager, space, i));
            float[] column = Golden.concat(product);
            for (int k = 0; k < size; k++) {
                out.setEntry(k, i, column[k]);
            }
            WeightSpace.release(product);
        }
        return out.add(out.transpose()).scalarMultiply(0.5);
    }

    /** Returns the direction of one parameter. */
    static List<NDArray> unit(NDManager manager, WeightSpace space, int index) {
        List<NDArray> out = new ArrayList<>();
        int at = index;
        for (NDArray w : space.origin()) {
            float[] values = new float[(int) w.size()];
            if (at >= 0 && at < values.length) {
                values[at] = 1;
            }
            at -= values.length;
            Shape shape = w.getShape();
            out.add(manager.create(values, shape));
        }
        return out;
    }
}
