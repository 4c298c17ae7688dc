package org.backbonelab.kernel;

import io.github.spencerpark.jupyter.channels.JupyterConnection;
import io.github.spencerpark.jupyter.kernel.BaseKernel;
import io.github.spencerpark.jupyter.kernel.LanguageInfo;
import io.github.spencerpark.jupyter.kernel.ReplacementOptions;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
import io.github.spencerpark.jupyter.messages.Header;
import io.github.spencerpark.jupyter.messages.MessageType;
import io.github.spencerpark.jupyter.messages.reply.KernelInfoReply;
import java.awt.image.RenderedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutionException;
import javax.imageio.ImageIO;

/** The kernel: what each request of Jupyter means for a JShell in this JVM. */
public final class JavaKernel extends BaseKernel {
    private static volatile JavaKernel instance;

    private final CellEvaluator evaluator = new CellEvaluator();
    private final CodeAssist assist = new CodeAssist(evaluator.analysis(), ToolkitNames::of);
    private List<String> lastError = List.of();

    /** Starts a shell; the toolkit's sources, if they are named, give its Javadoc to tooltips. */
    JavaKernel() {
        super(StandardCharsets.UTF_8);
        String sources = System.getProperty("backbonelab.sources");
        if (sources != null && Files.isDirectory(Path.of(sources))) {
            Sources.add(evaluator.analysis(), Path.of(sources));
        }
        instance = this;
    }

    /** Runs a script before the first cell; what fails in it is told on the terminal, as there is no cell to tell it. */
    void runStartup(Path script) {
        try {
            evaluator.evaluate(Files.readString(script), 0);
        } catch (CellException e) {
            System.err.println(script + ": " + String.join("\n", e.lines()));
        } catch (IOException e) {
            System.err.println(script + " cannot be read: " + e);
        }
    }

    /** The kernel of this JVM, or null outside a notebook. */
    public static BaseKernel instance() {
        return instance;
    }

    @Override
    public void becomeHandlerForConnection(JupyterConnection connection) {
        super.becomeHandlerForConnection(connection);
        connection.setHandler(MessageType.KERNEL_INFO_REQUEST, (env, request) -> {
            env.setBusyDeferIdle();
            env.reply(new KernelInfo(getLanguageInfo(), getBanner()));
        });
    }

    @Override
    public DisplayData eval(String code) throws Exception {
        try {
            Object value = evaluator.evaluate(code, executionCount.get() - 1);
            return value == null ? null : render(value);
        } catch (CellException e) {
            lastError = e.lines();
            // Its name and message are what the notebook keeps, so it has to be the user's exception itself.
            throw (Exception) e.getCause();
        } catch (Exception | LinkageError | StackOverflowError | OutOfMemoryError e) {
            lastError = List.of("The cell's value cannot be shown: " + e);
            throw new ExecutionException(e);
        } finally {
            // A thread stopped while printing leaves text behind, which would open the next cell's output.
            getIO().out.print("");
            getIO().err.print("");
        }
    }

    private DisplayData render(Object value) throws IOException {
        if (!(value instanceof RenderedImage image)) {
            return getRenderer().render(value);
        }
        // The base kernel's PNG lacks its last bytes, and its text an identity hash too many.
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        DisplayData data = new DisplayData(image.getWidth() + " x " + image.getHeight() + " image");
        data.putData(MIMEType.IMAGE_PNG, Base64.getEncoder().encodeToString(png.toByteArray()));
        return data;
    }

    @Override
    public List<String> formatError(Exception e) {
        return lastError;
    }

    @Override
    public ReplacementOptions complete(String code, int at) {
        return assist.complete(code, at);
    }

    @Override
    public DisplayData inspect(String code, int at, boolean extraDetail) {
        return assist.inspect(code, at);
    }

    @Override
    public String isComplete(String code) {
        return switch (assist.completeness(code)) {
            case COMPLETE -> IS_COMPLETE_YES;
            case INVALID -> IS_COMPLETE_BAD;
            case INCOMPLETE -> "";
        };
    }

    @Override
    public void interrupt() {
        evaluator.interrupt();
    }

    @Override
    public void onShutdown(boolean isRestarting) {
        // A running cell must not hold the JVM; the delay lets the reply to this very request go out.
        Thread exit = new Thread(
                () -> {
                    try {
                        Thread.sleep(200);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    System.exit(0);
                },
                "exit");
        exit.setDaemon(true);
        exit.start();
    }

    @Override
    public LanguageInfo getLanguageInfo() {
        return new LanguageInfo.Builder("Java")
                .version(Runtime.version().toString())
                .mimetype("text/x-java-source")
                .fileExtension(".java")
                .pygments("java")
                .codemirror("text/x-java")
                .build();
    }

    /** The base kernel's reply, with the status that the protocol asks for. */
    private static final class KernelInfo extends KernelInfoReply {
        @SuppressWarnings("unused") // read by Gson
        private final String status = "ok";

        KernelInfo(LanguageInfo language, String banner) {
            super(
                    Header.PROTOCOL_VERISON,
                    KERNEL_META.get("project"),
                    KERNEL_META.get("version"),
                    language,
                    banner,
                    List.of());
        }
    }
}
