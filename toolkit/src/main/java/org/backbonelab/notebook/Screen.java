package org.backbonelab.notebook;

import java.awt.image.BufferedImage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.backbonelab.io.ClientWatch;
import org.backbonelab.study.Results;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Figure;

/** Where outputs go: the cell of a Jupyter kernel, or standard output where there is none. */
interface Screen {
    /** Shows an output; one with an id can be updated later. */
    void show(Output output, Optional<String> displayId);

    /** Puts an output in the place of the one shown with this id. */
    void update(Output output, String displayId);

    /** Lets values that end a cell become these outputs, where a kernel asks for that. */
    void renderValues(Function<Object, Output> outputs);

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
        public void renderValues(Function<Object, Output> outputs) {
            // Nobody asks.
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

        /** What a kernel shall ask us about; of anything else it knows the text itself. */
        private static final List<Class<?>> RENDERED = List.of(
                Table.class,
                Figure.class,
                Results.class,
                BufferedImage.class,
                Path.class,
                Object[].class,
                double[].class,
                float[].class,
                int[].class,
                long[].class,
                boolean[].class);

        private final Object kernel;
        private final String base;
        private final Object stream;
        private final Class<?> dataType;

        private KernelScreen(Object kernel, String base) throws ReflectiveOperationException {
            this.kernel = kernel;
            this.base = base;
            Object io = type("BaseKernel").getMethod("getIO").invoke(kernel);
            stream = type("JupyterIO").getField("display").get(io);
            dataType = type("display.DisplayData");
        }

        private Class<?> type(String name) throws ClassNotFoundException {
            return Class.forName(base + "." + name);
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
                return Optional.of(new KernelScreen(instance, kernel.base()));
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

        @Override
        public void renderValues(Function<Object, Output> outputs) {
            try {
                Class<?> function = type("display.RenderFunction");
                Object render = Proxy.newProxyInstance(
                        function.getClassLoader(), new Class<?>[] {function}, (proxy, method, arguments) -> {
                            fill(
                                    type("display.RenderContext")
                                            .getMethod("getOutputContainer")
                                            .invoke(arguments[1]),
                                    outputs.apply(arguments[0]));
                            return null;
                        });
                Object renderer = type("BaseKernel").getMethod("getRenderer").invoke(kernel);
                for (Class<?> rendered : RENDERED) {
                    Object registration = renderer.getClass()
                            .getMethod("createRegistration", Class.class)
                            .invoke(renderer, rendered);
                    Class<?> type = registration.getClass();
                    type.getMethod("preferring", String[].class)
                            .invoke(registration, (Object) new String[] {Output.HTML, Output.PNG, Output.TEXT});
                    type.getMethod("register", function).invoke(registration, render);
                }
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("this kernel's display classes are not those expected", e);
            }
        }

        private void fill(Object data, Output output) throws ReflectiveOperationException {
            var putData = dataType.getMethod("putData", String.class, Object.class);
            var putMetaData = dataType.getMethod("putMetaData", String.class, Object.class);
            for (var entry : output.data().entrySet()) {
                putData.invoke(data, entry.getKey(), entry.getValue());
            }
            for (var entry : output.metadata().entrySet()) {
                putMetaData.invoke(data, entry.getKey(), entry.getValue());
            }
        }

        private void send(String method, Output output, Optional<String> displayId) {
            try {
                Object data = dataType.getConstructor().newInstance();
                fill(data, output);
                if (displayId.isPresent()) {
                    // setDisplayId changed its signature between versions of JJava, this did not.
                    dataType.getMethod("putTransientData", String.class, Object.class)
                            .invoke(data, "display_id", displayId.get());
                }
                stream.getClass().getMethod(method, dataType).invoke(stream, data);
            } catch (InvocationTargetException e) {
                throw new IllegalStateException("the kernel could not show an output", e.getCause());
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("this kernel's display classes are not those expected", e);
            }
        }
    }
}
