package org.backbonelab.notebook;

import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Optional;
import org.backbonelab.io.ClientWatch;

/** Where outputs go: the cell of a Jupyter kernel, or standard output where there is none. */
interface Screen {
    /** Shows an output; one with an id can be updated later. */
    void show(Output output, Optional<String> displayId);

    /** Puts an output in the place of the one shown with this id. */
    void update(Output output, String displayId);

    /** True where pictures can be shown and replaced, false where text is printed. */
    boolean isNotebook();

    /** The screen of the kernel that runs this JVM. Looked up at each call, for a kernel is there or not only then. */
    static Screen current() {
        return KernelScreen.KERNELS.stream()
                .flatMap(kernel -> KernelScreen.find(kernel).stream())
                .findFirst()
                .orElseGet(TextScreen::new);
    }

    /** Prints the text form, for programs and tests outside a notebook. */
    final class TextScreen implements Screen {
        @Override
        public void show(Output output, Optional<String> displayId) {
            System.out.println(output.text());
        }

        @Override
        public void update(Output output, String displayId) {
            System.out.println(output.text());
        }

        @Override
        public boolean isNotebook() {
            return false;
        }
    }

    /** Reflection on the kernels whose display classes are those of jupyter-jvm-basekernel, so on no jar of theirs. */
    final class KernelScreen implements Screen {
        /** A kernel's static door, and the package of its base classes. */
        record Kernel(String holder, String getter, String base) {}

        static final List<Kernel> KERNELS = List.of(
                new Kernel(
                        "io.github.spencerpark.ijava.IJava",
                        "getKernelInstance",
                        "io.github.spencerpark.jupyter.kernel"),
                new Kernel(
                        "org.dflib.jjava.jupyter.kernel.BaseKernel",
                        "notebookKernel",
                        "org.dflib.jjava.jupyter.kernel"));

        private final Object stream;
        private final Class<?> streamType;
        private final Class<?> dataType;

        private KernelScreen(Object stream, Class<?> streamType, Class<?> dataType) {
            this.stream = stream;
            this.streamType = streamType;
            this.dataType = dataType;
        }

        /** The screen of this kind of kernel, if one runs here. JJava's door throws where none does, IJava's gives null. */
        static Optional<Screen> find(Kernel kernel) {
            try {
                Object instance = Class.forName(kernel.holder())
                        .getMethod(kernel.getter())
                        .invoke(null);
                if (instance == null) {
                    return Optional.empty();
                }
                ClientWatch.start();
                Object io = Class.forName(kernel.base() + ".BaseKernel")
                        .getMethod("getIO")
                        .invoke(instance);
                Object stream = Class.forName(kernel.base() + ".JupyterIO")
                        .getField("display")
                        .get(io);
                return Optional.of(new KernelScreen(
                        stream,
                        Class.forName(kernel.base() + ".DisplayStream"),
                        Class.forName(kernel.base() + ".display.DisplayData")));
            } catch (ReflectiveOperationException | LinkageError e) {
                return Optional.empty();
            }
        }

        @Override
        public void show(Output output, Optional<String> displayId) {
            send("display", output, displayId);
        }

        @Override
        public void update(Output output, String displayId) {
            send("updateDisplay", output, Optional.of(displayId));
        }

        @Override
        public boolean isNotebook() {
            return true;
        }

        private void send(String method, Output output, Optional<String> displayId) {
            try {
                Object data = dataType.getConstructor().newInstance();
                var putData = dataType.getMethod("putData", String.class, Object.class);
                var putMetaData = dataType.getMethod("putMetaData", String.class, Object.class);
                for (var entry : output.data().entrySet()) {
                    putData.invoke(data, entry.getKey(), entry.getValue());
                }
                for (var entry : output.metadata().entrySet()) {
                    putMetaData.invoke(data, entry.getKey(), entry.getValue());
                }
                if (displayId.isPresent()) {
                    // setDisplayId changed its signature between versions of JJava, this did not.
                    dataType.getMethod("putTransientData", String.class, Object.class)
                            .invoke(data, "display_id", displayId.get());
                }
                streamType.getMethod(method, dataType).invoke(stream, data);
            } catch (InvocationTargetException e) {
                throw new IllegalStateException("the kernel could not show an output", e.getCause());
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("this kernel's display classes are not those expected", e);
            }
        }
    }
}
