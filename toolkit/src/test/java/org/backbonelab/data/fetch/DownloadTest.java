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
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.backbonelab.io.Sha256;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DownloadTest {
    private static final byte[] CONTENT = new byte[300_000];

    static {
        for (int i = 0; i < CONTENT.length; i++) {
            CONTENT[i] = (byte) (i * i / 7);
        }
    }

    private static final Download.Patience SOON = new Download.Patience(Duration.ofMillis(1), Duration.ofMillis(300));

    @TempDir
    Path folder;

    private HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** What the requests asked for. */
    private final List<String> ranges = new CopyOnWriteArrayList<>();

    /** How many bytes each answer gives before the connection is cut; the last stands for all that follow. */
    private final List<Integer> cuts = new ArrayList<>(List.of(Integer.MAX_VALUE));

    private boolean knowsRanges = true;

    /** The answers' status before the first that gives content; the last of them stands for ever if it is alone. */
    private final Deque<Integer> busy = new ArrayDeque<>();

    private boolean isBusyForEver;

    /** Released when a silent server may go on. */
    private final CountDownLatch silence = new CountDownLatch(1);

    private boolean isSilentAtFirst;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/data.bin", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        silence.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        ranges.add(String.valueOf(range));
        Integer status = isBusyForEver ? busy.peek() : busy.poll();
        if (status != null) {
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
            return;
        }
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
        if (isSilentAtFirst && ranges.size() == 1) {
            await(silence);
        }
        // Fewer bytes than promised: the client sees the connection end.
        exchange.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private URI uri(String path) {
        return URI.create("http://localhost:" + server.getAddress().getPort() + path);
    }

    private Path fetch(Consumer<Path> check) {
        Path target = folder.resolve("deep").resolve("data.bin");
        Download.fetch(uri("/data.bin"), target, CONTENT.length, check, SOON);
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
                        DataException.class,
                        () -> Download.fetch(uri("/gone.bin"), target, 1000, DownloadTest::noCheck))
                .getMessage();
        assertTrue(message.contains("answered 404") && message.contains("/gone.bin"), message);
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 503})
    void aBusyServerIsAskedAgainAndWhatCameIsKept(int status) throws IOException {
        Files.createDirectories(part().getParent());
        Files.write(part(), Arrays.copyOf(CONTENT, 120_000));
        busy.addAll(List.of(status, status));
        assertArrayEquals(CONTENT, Files.readAllBytes(fetch(DownloadTest::noCheck)));
        assertEquals(List.of("bytes=120000-", "bytes=120000-", "bytes=120000-"), ranges);
    }

    @ParameterizedTest
    @CsvSource({"503, 5, run it again", "403, 1, the address may have changed"})
    void aServerThatGivesNothingIsLeftAndWhatCameIsKept(int status, int requests, String advice) throws IOException {
        Files.createDirectories(part().getParent());
        Files.write(part(), Arrays.copyOf(CONTENT, 120_000));
        busy.add(status);
        isBusyForEver = true;
        String message = assertThrows(DataException.class, () -> fetch(DownloadTest::noCheck))
                .getMessage();
        assertTrue(message.contains("answered " + status) && message.contains(advice), message);
        assertEquals(requests, ranges.size());
        assertEquals(120_000, Files.size(part()));
    }

    /** The client's own time limit ends with the headers, so after them it is ours that counts. */
    @ParameterizedTest
    @ValueSource(ints = {0, 100_000})
    void aSilentServerIsAskedAgain(int given) throws IOException {
        cuts.clear();
        cuts.addAll(List.of(given, Integer.MAX_VALUE));
        isSilentAtFirst = true;
        assertArrayEquals(CONTENT, Files.readAllBytes(fetch(DownloadTest::noCheck)));
        assertEquals(2, ranges.size(), ranges.toString());
        assertEquals(given > 0, ranges.get(1).startsWith("bytes="), ranges.toString());
    }

    @Test
    void moreThanTheFileCanHaveIsNotTaken() {
        Path target = folder.resolve("deep").resolve("data.bin");
        String message = assertThrows(
                        DataException.class,
                        () -> Download.fetch(uri("/data.bin"), target, 299_999, DownloadTest::noCheck, SOON))
                .getMessage();
        assertTrue(message.contains("more than 299999 bytes"), message);
        assertFalse(Files.exists(part()));
    }
}
