package org.backbonelab.plot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.backbonelab.io.Json;

/**
 * Evaluates JavaScript in a page of a Chromium that was started with {@code --remote-debugging-pipe}.
 *
 * <p>Calls and answers of the DevTools protocol are JSON, each ended by a zero byte. Not for several threads at once.
 */
final class DevTools implements AutoCloseable {
    private static final ObjectMapper MAPPER = Json.mapper();

    private final String browser;
    private final OutputStream calls;
    private final BlockingQueue<JsonNode> answers = new LinkedBlockingQueue<>();
    private String session = "";
    private int count;

    /**
     * Listens to a browser.
     *
     * @param browser its command, for messages
     * @param answers what it writes
     * @param calls what it reads
     */
    DevTools(String browser, InputStream answers, OutputStream calls) {
        this.browser = browser;
        this.calls = calls;
        inBackground("backbonelab-chromium-answers", () -> listen(answers));
    }

    /** Opens the page in which scripts are evaluated. */
    void open(Duration limit) throws IOException, InterruptedException, TimeoutException {
        long end = System.nanoTime() + limit.toNanos();
        JsonNode target = call("Target.createTarget", PlotlyJson.map("url", "about:blank"), end);
        Map<String, Object> attach =
                PlotlyJson.map("targetId", target.path("targetId").asText(), "flatten", true);
        session = call("Target.attachToTarget", attach, end).path("sessionId").asText();
    }

    /** The string that an expression, or the promise it gives, comes to. */
    String evaluate(String expression, Duration limit) throws IOException, InterruptedException, TimeoutException {
        Map<String, Object> params =
                PlotlyJson.map("expression", expression, "awaitPromise", true, "returnByValue", true);
        JsonNode result = call("Runtime.evaluate", params, System.nanoTime() + limit.toNanos());
        if (result.has("exceptionDetails")) {
            JsonNode exception = result.path("exceptionDetails").path("exception");
            throw new IOException("plotly.js: " + exception.path("description").asText());
        }
        return result.path("result").path("value").asText();
    }

    private JsonNode call(String method, Map<String, Object> params, long end)
            throws IOException, InterruptedException, TimeoutException {
        int id = ++count;
        Map<String, Object> call = new LinkedHashMap<>(PlotlyJson.map("id", id, "method", method, "params", params));
        if (!session.isEmpty()) {
            call.put("sessionId", session);
        }
        send(PlotlyJson.write(call), end);
        while (true) {
            JsonNode answer = answers.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (answer == null) {
                throw new TimeoutException("no answer from Chromium in time");
            }
            if (answer.isMissingNode()) {
                throw ended();
            }
            if (answer.path("id").asInt() == id) {
                if (answer.has("error")) {
                    throw new IOException(method + ": " + answer.path("error"));
                }
                return answer.path("result");
            }
        }
    }

    private IOException ended() {
        // Whoever asks next shall hear of it, too.
        answers.add(MAPPER.missingNode());
        return new IOException(browser + " ended before it answered");
    }

    /** Writes in the background: a browser that has stopped reading would hold the caller for ever. */
    private void send(String call, long end) throws IOException, InterruptedException, TimeoutException {
        CompletableFuture<Void> sent = new CompletableFuture<>();
        inBackground("backbonelab-chromium-call", () -> {
            try {
                calls.write((call + "\0").getBytes(StandardCharsets.UTF_8));
                calls.flush();
                sent.complete(null);
            } catch (IOException e) {
                sent.completeExceptionally(e);
            }
        });
        try {
            sent.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw ended();
        }
    }

    private void listen(InputStream from) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        try (InputStream in = new BufferedInputStream(from)) {
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (next == 0) {
                    answers.add(MAPPER.readTree(message.toByteArray()));
                    message.reset();
                } else {
                    message.write(next);
                }
            }
        } catch (IOException e) {
            // The browser is gone, or speaks no JSON: both end the conversation.
        }
        answers.add(MAPPER.missingNode());
    }

    /** Tells the browser to end, which it does when its calls do; in the background, as a call may be on its way. */
    @Override
    public void close() {
        inBackground("backbonelab-chromium-end", () -> {
            try {
                calls.close();
            } catch (IOException e) {
                // It has ended already.
            }
        });
    }

    private static void inBackground(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }
}
