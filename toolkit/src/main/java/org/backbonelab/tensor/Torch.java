package org.backbonelab.tensor;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Supplier;
import org.backbonelab.io.Settings;

/**
 * Starts libtorch once a JVM, sets its threads, and gives what DJL's public interface leaves out.
 *
 * <p>Everything that touches the PyTorch engine's own classes stands in this package.
 */
public final class Torch {
    /** DJL asks a cloud's metadata server who it runs for, and tells its own server, unless this says no; a variable goes first. */
    private static final String TRACKING = "OPT_OUT_TRACKING";

    private static final String ENGINE = "PyTorch";
    private static final int STAGING_MOST = 1 << 26;
    private static final ThreadLocal<ByteBuffer> STAGING = ThreadLocal.withInitial(() -> ByteBuffer.allocate(0));

    private static boolean started;
    /** What is chosen in place of the engine's own first choice; null for that. */
    private static Device chosen;

    private Torch() {}

    /**
     * Returns the engine, started with {@code BACKBONELAB_THREADS} threads (default: all cores).
     *
     * @throws IllegalArgumentException if {@code BACKBONELAB_THREADS} is not a positive whole number
     */
    public static synchronized Engine engine() {
        if (!started) {
            Allocator.keepFreedMemory();
        }
        if (System.getProperty(TRACKING) == null) {
            System.setProperty(TRACKING, "true");
        }
        Engine engine = Engine.getEngine(ENGINE);
        if (!started) {
            started = true;
            // Both cost time and memory in training: see DJL's InferenceOptimization page.
            JniUtils.setGraphExecutorOptimize(false);
            setThreads(threadsFromEnvironment());
        }
        return engine;
    }

    /** Returns a new manager on the default device (a GPU where there is one). */
    public static NDManager newManager() {
        return NDManager.newBaseManager(device(), ENGINE);
    }

    /** Returns the device that {@link #newManager} uses. */
    public static synchronized Device device() {
        Engine engine = engine();
        return chosen == null ? engine.defaultDevice() : chosen;
    }

    /**
     * Chooses one of several GPUs for all managers from now on.
     *
     * @param number from 0
     * @throws IllegalArgumentException if libtorch sees fewer
     */
    public static synchronized void useGpu(int number) {
        int there = engine().getGpuCount();
        if (number < 0 || number >= there) {
            throw new IllegalArgumentException("GPU " + number
                    + " is asked for, expected 0 to below the number that libtorch" + " sees here, which is " + there);
        }
        chosen = Device.gpu(number);
    }

    /** Sets the number of threads inside an operator. */
    public static void setThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads is " + threads + ", expected 1 or more");
        }
        engine();
        JniUtils.setNumThreads(threads);
    }

    /** Returns the number of threads inside an operator. */
    public static int threads() {
        engine();
        return JniUtils.getNumThreads();
    }

    /** Returns the version of libtorch, such as {@code 2.7.1}. */
    public static String version() {
        return engine().getVersion();
    }

    /** Returns an array of given values in libtorch's own memory; see {@link #scalar} for why. */
    public static NDArray array(NDManager manager, float[] values, Shape shape) {
        ByteBuffer bytes = staging(values.length * (long) Float.BYTES);
        bytes.asFloatBuffer().put(values);
        try (NDArray raw = manager.create(bytes, shape, DataType.FLOAT32)) {
            return raw.duplicate();
        }
    }

    /** A direct buffer is freed by the garbage collector alone: one a batch would pile up. */
    private static ByteBuffer staging(long bytes) {
        ByteBuffer kept = STAGING.get();
        if (kept.capacity() < bytes) {
            kept = ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
            if (bytes <= STAGING_MOST) {
                STAGING.set(kept);
            }
        }
        return kept.clear().limit((int) bytes);
    }

    /**
     * Returns a constant for use in a forward pass: {@code x.mul(scalar(x, 2))}, never {@code x.mul(2)}.
     *
     * <p>DJL's own operations with a number wrap the memory of a Java buffer, and let go of it at once. Recorded
     * products and quotients keep the constant for the backward pass: a garbage collection in between frees the
     * memory, and the gradient is silently wrong. This constant lives in libtorch's memory.
     */
    public static NDArray scalar(NDArray like, double value) {
        try (NDArray raw = like.getManager().create((float) value)) {
            return raw.duplicate();
        }
    }

    /** Draws a seed from libtorch's own generator, which {@code Engine.setRandomSeed} sets and DJL's operations move. */
    public static long drawSeed() {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), ENGINE);
                NDArray drawn = manager.randomInteger(0, Long.MAX_VALUE, new Shape(1), DataType.INT64)) {
            return drawn.getLong(0);
        }
    }

    /** Sets the gradient of a leaf to zero; does nothing where it has none yet. */
    public static void zeroGradient(NDArray leaf) {
        if (leaf.hasGradient()) {
            JniUtils.zeroGrad((PtNDArray) leaf);
        }
    }

    /** Runs with gradient recording off on this thread. */
    public static <T> T withoutGradients(Supplier<T> work) {
        return recording(false, work);
    }

    /** Runs with gradient recording on on this thread; some threads start with it off, others on. */
    public static <T> T withGradients(Supplier<T> work) {
        return recording(true, work);
    }

    private static <T> T recording(boolean on, Supplier<T> work) {
        boolean before = JniUtils.isGradMode();
        JniUtils.setGradMode(on);
        try {
            return work.get();
        } finally {
            JniUtils.setGradMode(before);
        }
    }

    private static int threadsFromEnvironment() {
        return Settings.BACKBONELAB_THREADS.get().map(Integer::parseInt).orElseGet(() -> Runtime.getRuntime()
                .availableProcessors());
    }
}
