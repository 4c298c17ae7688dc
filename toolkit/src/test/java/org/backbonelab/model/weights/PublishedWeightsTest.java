package org.backbonelab.model.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.backbonelab.data.fetch.DataException;
import org.backbonelab.io.Sha256;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a local server that has the hub's layout. */
@Timeout(60)
class PublishedWeightsTest {
    private static final byte[] WEIGHTS = "weights of a network".repeat(1000).getBytes(StandardCharsets.US_ASCII);
    private static final String NAME = "resnet18.a1_in1k";

    @TempDir
    Path folder;

    private HttpServer server;
    private String pointer;
    private final List<String> requests = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws IOException {
        pointer = pointer(WEIGHTS);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/timm/" + NAME + "/raw/main/model.safetensors",
                e -> answer(e, pointer.getBytes(StandardCharsets.US_ASCII)));
        server.createContext("/timm/" + NAME + "/resolve/main/model.safetensors", e -> answer(e, WEIGHTS));
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private static String pointer(byte[] content) {
        String sha256 = HexFormat.of().formatHex(Sha256.digest().digest(content));
        return "version https://git-lfs.github.com/spec/v1\noid sha256:" + sha256 + "\nsize " + content.length + "\n";
    }

    private void answer(HttpExchange exchange, byte[] content) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        String path = exchange.getRequestURI().getPath();
        requests.add((path.contains("/raw/") ? "pointer" : "file") + (range == null ? "" : " " + range));
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("[^0-9]", ""));
        if (from > 0) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
        exchange.getResponseBody().write(content, from, content.length - from);
        exchange.close();
    }

    private Path download(String name) {
        return PublishedWeights.download(
                "http://localhost:" + server.getAddress().getPort(), name, folder);
    }

    @Test
    void fetchesOnce() throws IOException {
        Path file = download(NAME);
        assertEquals(folder.resolve(NAME).resolve("model.safetensors"), file);
        assertArrayEquals(WEIGHTS, Files.readAllBytes(file));
        assertEquals(file, download(NAME));
        assertEquals(List.of("pointer", "file"), requests);
        try (var left = Files.list(file.getParent())) {
            assertEquals(List.of(file), left.toList());
        }
    }

    @Test
    void goesOnWhereItBrokeOff() throws IOException {
        Path part = folder.resolve(NAME).resolve("model.safetensors.part");
        Files.createDirectories(part.getParent());
        Files.write(part, Arrays.copyOf(WEIGHTS, 5000));
        assertArrayEquals(WEIGHTS, Files.readAllBytes(download(NAME)));
        assertEquals(List.of("pointer", "file bytes=5000-"), requests);
    }

    @Test
    void anotherFileThanThePointersIsThrownAway() {
        pointer = pointer(new byte[WEIGHTS.length]);
        String message = assertThrows(DataException.class, () -> download(NAME)).getMessage();
        assertTrue(message.contains("SHA-256 is") && message.contains("model.safetensors"), message);
        assertFalse(Files.exists(folder.resolve(NAME).resolve("model.safetensors")));
        assertFalse(Files.exists(folder.resolve(NAME).resolve("model.safetensors.part")));
    }

    @Test
    void withoutPointerNothingIsFetched() {
        pointer = "<html>sign in</html>";
        String message = assertThrows(DataException.class, () -> download(NAME)).getMessage();
        assertTrue(message.contains("no pointer") && message.contains("/raw/main/"), message);
        assertEquals(List.of("pointer"), requests);
    }

    @Test
    void aNameThatTheHubLacksIsTold() {
        String message = assertThrows(DataException.class, () -> download("resnet18.none"))
                .getMessage();
        assertTrue(message.contains("404") && message.contains("resnet18.none"), message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "../secret", "a/b", "a b", ".hidden", "a?b"})
    void badNamesAreRefused(String name) {
        String message = assertThrows(IllegalArgumentException.class, () -> download(name))
                .getMessage();
        assertTrue(message.contains('"' + name + '"') && message.contains("resnet50.a1_in1k"), message);
        assertEquals(List.of(), requests);
    }
}
