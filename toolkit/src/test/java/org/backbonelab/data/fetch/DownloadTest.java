package org.backbonelab.data.fetch;

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
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.backbonelab.io.Sha256;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DownloadTest {
    private static final byte[] CONTENT = new byte[300_000];

    static {
        for (int i = 0; i < CONTENT.length; i++) {
            CONTENT[i] = (byte) (i * i / 7);
        }
    }

    @TempDir
    Path folder;

    private HttpServer server;

    /** What the requests asked for. */
    private final List<String> ranges = new CopyOnWriteArrayList<>();

    /** How many bytes each answer gives before the connection is cut; the last stands for all that follow. */
    private final List<Integer> cuts = new ArrayList<>(List.of(Integer.MAX_VALUE));

    private boolean knowsRanges = true;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/data.bin", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        ranges.add(String.valueOf(range));
        int from = range == null || !knowsRanges ? 0 : Integer.parseInt(range.replaceAll("[^0-9]", ""));
        int cut = cuts.size() > 1 ? cuts.remove(0) : cuts.get(0);
        if (from >= CONTENT.length) {
            exchange.getResponseHeaders().set("Content-Range", "bytes */" + CONTENT.length);
            exchange.sendResponseHeaders(416, -1);
            exchange.close();
            return;
        }
        if (from > 0) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (CONTENT.length - 1) + "/" + CONTENT.length);
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, CONTENT.length - from);
        exchange.getResponseBody().write(CONTENT, from, Math.min(cut, CONTENT.length - from));
        exchange.getResponseBody().flush();
        // Fewer bytes than promised: the client sees the connection end.
        exchange.close();
    }

    private URI uri(String path) {
        return URI.create("http://localhost:" + server.getAddress().getPort() + path);
    }

    private Path fetch(Consumer<Path> check) {
        Path target = folder.resolve("deep").resolve("data.bin");
        Download.fetch(uri("/data.bin"), target, check);
        return target;
    }

    private static void noCheck(Path file) {
        assertTrue(Files.exists(file));
    }

    private Path part() {
        return folder.resolve("deep").resolve("data.bin.part");
    }

    @Test
    void fetchesOnceAndLeavesNoPart() throws IOException {
        Path target = fetch(DownloadTest::noCheck);
        assertArrayEquals(CONTENT, Files.readAllBytes(target));
        assertFalse(Files.exists(part()));
        fetch(file -> {
            throw new DataException("a file that is there is not fetched again");
        });
        assertEquals(List.of("null"), ranges);
    }

    @Test
    void goesOnWhereTheConnectionWasCut() throws IOException {
        cuts.clear();
        cuts.addAll(List.of(100_000, 50_000, 0, Integer.MAX_VALUE));
        assertArrayEquals(CONTENT, Files.readAllBytes(fetch(DownloadTest::noCheck)));
        assertEquals("null", ranges.get(0));
        List<Long> starts = ranges.stream()
                .skip(1)
                .map(r -> Long.parseLong(r.replaceAll("[^0-9]", "")))
                .toList();
        assertTrue(starts.size() >= 3 && starts.get(0) > 0 && starts.get(0) <= 100_000, ranges.toString());
        assertTrue(starts.get(1) > starts.get(0), ranges.toString());
    }

    @Test
    void goesOnInALaterRun() throws IOException {
        cuts.clear();
        cuts.addAll(List.of(120_000, 0));
        String message = assertThrows(DataException.class, () -> fetch(DownloadTest::noCheck))
                .getMessage();
        assertTrue(message.contains("data.bin") && message.contains("run it again"), message);
        assertTrue(Files.size(part()) > 0);
        ranges.clear();
        cuts.clear();
        cuts.add(Integer.MAX_VALUE);
        long there = Files.size(part());
        assertArrayEquals(CONTENT, Files.readAllBytes(fetch(DownloadTest::noCheck)));
        assertEquals(List.of("bytes=" + there + "-"), ranges);
    }

    @Test
    void aWholePartIsNotFetchedAgain() throws IOException {
        Files.createDirectories(part().getParent());
        Files.write(part(), CONTENT);
        assertArrayEquals(CONTENT, Files.readAllBytes(fetch(DownloadTest::noCheck)));
        assertEquals(List.of("bytes=300000-"), ranges);
    }

    @Test
    void aPartThatIsTooLongIsFetchedAnew() throws IOException {
        Files.createDirectories(part().getParent());
        Files.write(part(), Arrays.copyOf(CONTENT, 300_001));
        assertArrayEquals(CONTENT, Files.readAllBytes(fetch(DownloadTest::noCheck)));
        assertEquals(List.of("bytes=300001-", "null"), ranges);
    }

    @Test
    void startsAgainWhereTheServerKnowsNoRanges() throws IOException {
        knowsRanges = false;
        cuts.clear();
        cuts.addAll(List.of(100_000, Integer.MAX_VALUE));
        assertArrayEquals(CONTENT, Files.readAllBytes(fetch(DownloadTest::noCheck)));
    }

    @Test
    void wrongContentIsThrownAway() {
        String message = assertThrows(DataException.class, () -> fetch(Download.digest("MD5", "00ff")))
                .getMessage();
        assertTrue(message.contains("MD5 is") && message.contains("expected 00ff"), message);
        assertTrue(message.contains("/data.bin"), message);
        assertFalse(Files.exists(part()));
        assertFalse(Files.exists(folder.resolve("deep").resolve("data.bin")));
    }

    @Test
    void rightContentPassesItsCheck() throws IOException {
        byte[] digest = Sha256.digest().digest(CONTENT);
        fetch(Download.digest("SHA-256", java.util.HexFormat.of().formatHex(digest)));
    }

    @Test
    void anAddressThatIsGoneIsToldAtOnce() {
        Path target = folder.resolve("gone.bin");
        String message = assertThrows(
                        DataException.class, () -> Download.fetch(uri("/gone.bin"), target, DownloadTest::noCheck))
                .getMessage();
        assertTrue(message.contains("answered 404") && message.contains("/gone.bin"), message);
    }
}
