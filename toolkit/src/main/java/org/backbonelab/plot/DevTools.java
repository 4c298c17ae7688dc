package org.backbonelab.plot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.backbonelab.io.Json;

/** Evaluates JavaScript in the one page of a running Chromium over its DevTools protocol. */
final class DevTools {
    private static final ObjectMapper MAPPER = Json.mapper();
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final BlockingQueue<JsonNode> answers = new LinkedBlockingQueue<>();
    private final WebSocket socket;
    private int calls;

    /** Connects to the page of the browser that listens on a local port. */
    DevTools(int port) throws IOException, InterruptedException, TimeoutException {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest list = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list"))
                .timeout(LIMIT)
                .build();
        String targets = client.send(list, HttpResponse.BodyHandlers.ofString()).body();
        for (JsonNode target : MAPPER.readTree(targets)) {
            if (target.path("type").asText().equals("page")) {
                URI url = URI.create(target.path("webSocketDebuggerUrl").asText());
                socket = await(client.newWebSocketBuilder().buildAsync(url, new Answers()), LIMIT);
                return;
            }
        }
        throw new IOException("Chromium has no page: " + targets);
    }

    private static <T> T await(CompletableFuture<T> future, Duration limit)
            throws IOException, InterruptedException, TimeoutException {
        try {
            return future.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new IOException("connection to Chromium: " + e.getCause().getMessage(), e);
        }
    }

    /** The string that an expression, or the promise it gives, comes to. */
    String evaluate(String expression, Duration limit) throws IOException, InterruptedException, TimeoutException {
        int id = ++calls;
        Map<String, Object> params =
                PlotlyJson.map("expression", expression, "awaitPromise", true, "returnByValue", true);
        String call = PlotlyJson.write(PlotlyJson.map("id", id, "method", "Runtime.evaluate", "params", params));
        await(socket.sendText(call, true), limit);
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            JsonNode answer = answers.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (answer == null) {
                throw new TimeoutException("no answer within " + limit.toSeconds() + " s");
            }
            if (answer.path("id").asInt() == id) {
                return result(answer);
            }
        }
    }

    private static String result(JsonNode answer) throws IOException {
        JsonNode result = answer.path("result");
        if (answer.has("error") || result.has("exceptionDetails")) {
            JsonNode why = result.path("exceptionDetails").path("exception").path("description");
            throw new IOException("plotly.js: " + (why.isMissingNode() ? answer.path("error") : why).asText());
        }
        return result.path("result").path("value").asText();
    }

    /** Collects the parts of a message until it is whole. */
    private final class Answers implements WebSocket.Listener {
        private final StringBuilder parts = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            parts.append(part);
            if (last) {
                try {
                    answers.add(MAPPER.readTree(parts.toString()));
                } catch (IOException e) {
                    onError(from, e);
                }
                parts.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            from.abort();
        }
    }
}
