package org.backbonelab.tensor;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A TorchScript class, loaded from its source text: any operator of libtorch, differentiable, in one native call.
 *
 * <p>libtorch reads a zip of source text and a few bytes of pickle that name the class; this class writes that zip, so
 * no Python is needed. The source is one {@code class Name(Module)} without attributes, in ordinary Python that
 * TorchScript knows: operators, methods of tensors, {@code torch.name(...)}, {@code zip}, {@code is not None}. Every
 * parameter has a type, {@code self} none; types of numbers are numbers (6 = float32, 15 = bfloat16).
 */
public final class TorchScript {
    private static final ThreadLocal<Boolean> PLAIN_EXECUTOR = ThreadLocal.withInitial(() -> false);
    private static final String HEADER =
            "  __parameters__ = []\n  __buffers__ = []\n  training : bool\n  _is_full_backward_hook : Optional[bool]\n";

    /** Never freed: a class is loaded once a process. */
    private final long handle;

    private TorchScript(long handle) {
        this.handle = handle;
    }

    /**
     * Loads a class from a resource.
     *
     * @param owner the class beside which the resource lies
     * @param resource a file name such as {@code Kernels.py}; the class in it is called as the file
     * @throws IllegalArgumentException if there is no such resource, or libtorch cannot compile it
     */
    public static TorchScript load(Class<?> owner, String resource) {
        try (InputStream in = owner.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalArgumentException("no resource " + resource + " beside " + owner.getName());
            }
            return compile(
                    resource.substring(0, resource.lastIndexOf('.')),
                    new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(resource + ": cannot be read", e);
        }
    }

    /**
     * Compiles a class.
     *
     * @param name of the class
     * @param source text that contains {@code class name(Module):}
     * @throws IllegalArgumentException if libtorch cannot compile it
     */
    public static TorchScript compile(String name, String source) {
        Torch.engine();
        plainExecutor();
        try {
            InputStream archive = new ByteArrayInputStream(archive(name, source));
            return new TorchScript(JniUtils.loadModuleHandle(archive, Torch.device(), false, false));
        } catch (IOException | EngineException e) {
            throw new IllegalArgumentException("TorchScript class " + name + ": " + e.getMessage(), e);
        }
    }

    /**
     * Runs a method, with gradients recorded if this thread records them.
     *
     * @param arguments arrays, lists of arrays, numbers, booleans, arrays of numbers; null is {@code None}
     * @return what the method gave; it must be closed
     */
    public Value run(String method, Object... arguments) {
        return new Value(raw(method, arguments));
    }

    /** Runs a method and returns the handle of its value, which the caller must delete. */
    long raw(String method, Object... arguments) {
        plainExecutor();
        long[] values = new long[arguments.length];
        int made = 0;
        try {
            for (; made < values.length; made++) {
                values[made] = Native.value(arguments[made]);
            }
            return Native.run(handle, method, values);
        } finally {
            for (int i = 0; i < made; i++) {
                Native.delete(values[i]);
            }
        }
    }

    /** Runs a method that gives one array; it belongs to the given manager. */
    public NDArray array(NDManager manager, String method, Object... arguments) {
        try (Value value = run(method, arguments)) {
            return value.array(manager);
        }
    }

    /** Runs a method that gives a list of arrays; they belong to the given manager. */
    public List<NDArray> arrays(NDManager manager, String method, Object... arguments) {
        try (Value value = run(method, arguments)) {
            return value.arrays(manager);
        }
    }

    /** What a method gave; arrays taken from it live on when it is closed. */
    public static final class Value implements AutoCloseable {
        private final long value;

        private Value(long value) {
            this.value = value;
        }

        /** Returns the one array, owned by the manager. */
        public NDArray array(NDManager manager) {
            return new PtNDArray((PtNDManager) manager, Native.toTensor(value));
        }

        /** Returns a list of arrays, owned by the manager. */
        public List<NDArray> arrays(NDManager manager) {
            List<NDArray> out = new ArrayList<>();
            for (long tensor : Native.toTensors(value)) {
                out.add(new PtNDArray((PtNDManager) manager, tensor));
            }
            return out;
        }

        /** Returns the number. */
        public double number() {
            return Native.toDouble(value);
        }

        @Override
        public void close() {
            Native.delete(value);
        }
    }

    /** DJL's optimizing executor, on by default in every thread, costs time and breaks bf16 in the backward pass. */
    private static void plainExecutor() {
        if (!PLAIN_EXECUTOR.get()) {
            JniUtils.setGraphExecutorOptimize(false);
            PLAIN_EXECUTOR.set(true);
        }
    }

    private static byte[] archive(String name, String source) throws IOException {
        String typed = source.replaceAll("def (\\w+)\\(self\\b", "def $1(self: __torch__." + name)
                .replaceFirst("class " + name + "\\(Module\\):\n", "$0" + HEADER);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            store(zip, name + "/data.pkl", object(name));
            store(zip, name + "/code/__torch__.py", typed.getBytes(StandardCharsets.UTF_8));
            // An empty tuple in pickle's protocol 2.
            store(zip, name + "/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
            // Below version 10 operators get the meaning they had in older releases.
            store(zip, name + "/version", "10\n".getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    /** Pickle's protocol 2 for an object of the class with {@code training = True, _is_full_backward_hook = None}. */
    private static byte[] object(String name) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(new byte[] {(byte) 0x80, 2});
        out.write(("c__torch__\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
        out.write(new byte[] {')', (byte) 0x81, '}', '('});
        text(out, "training");
        out.write(0x88);
        text(out, "_is_full_backward_hook");
        out.write('N');
        out.write(new byte[] {'u', 'b', '.'});
        return out.toByteArray();
    }

    private static void text(ByteArrayOutputStream out, String text) throws IOException {
        out.write(new byte[] {'X', (byte) text.length(), 0, 0, 0});
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static void store(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setTime(0);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }
}
