package org.backbonelab.data.fetch;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EndlessDownloadTest {
    @TempDir
    Path folder;

    /** Without a length, and without an end. */
    @Test
    void anEndlessAnswerIsLeftAndFillsNoDisk() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/endless.bin", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] more = new byte[100_000];
            try (OutputStream out = exchange.getResponseBody()) {
                while (true) {
                    out.write(more);
                }
            }
        });
        server.start();
        try {
            URI uri = URI.create("http://localhost:" + server.getAddress().getPort() + "/endless.bin");
            Path target = folder.resolve("endless.bin");
            Download.Patience soon = new Download.Patience(Duration.ofMillis(1), Duration.ofSeconds(5));
            String message = assertThrows(
                            DataException.class, () -> Download.fetch(uri, target, 1_000_000, path -> {}, soon))
                    .getMessage();
            assertTrue(message.contains("more than 1000000 bytes came"), message);
            assertFalse(Files.exists(folder.resolve("endless.bin.part")));
        } finally {
            server.stop(0);
        }
    }
}
