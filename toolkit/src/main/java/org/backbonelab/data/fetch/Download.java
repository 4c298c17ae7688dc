package org.backbonelab.data.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Set;
import java.util.function.Consumer;
import org.backbonelab.io.AtomicFile;

/**
 * Fetches one file over HTTP: checked before it gets its name, and continued where an earlier attempt broke off.
 *
 * <p>What has come so far lies in {@code <name>.part}, and only a file that is not the published one is thrown away. A
 * connection that is cut or silent for a minute, and an answer that tells of a busy server, are tried again from there,
 * a few times with growing pauses; a later run goes on from there, too. A server that cannot continue sends the file
 * from the start.
 */
public final class Download {
    private static final int ATTEMPTS = 5;
    private static final int OK = 200;
    private static final int PARTIAL = 206;
    private static final int RANGE_NOT_SATISFIABLE = 416;

    /** Request time-out, too many requests, and failures of servers and of those between. */
    private static final Set<Integer> BUSY = Set.of(408, 429, 500, 502, 503, 504);

    private Download() {}

    /**
     * How long is waited.
     *
     * @param pause before the second attempt; before each one that follows it is doubled
     * @param silence after which a body that has stopped coming is given up
     */
    record Patience(Duration pause, Duration silence) {
        private static final Patience USUAL = new Patience(Duration.ofSeconds(1), Duration.ofMinutes(1));
    }

    /** An answer that would be the same the next time. */
    private static final class Refusal extends IOException {
        private static final long serialVersionUID = 1;

        Refusal(String message) {
            super(message);
        }
    }

    /**
     * Fetches a file, unless it is there.
     *
     * @param target the file; its folder is made
     * @param most bytes that it can have; more are not taken
     * @param check throws a {@link DataException} if the fetched file, which it is given, is not the published one
     * @throws DataException if the file cannot be fetched or is not the published one, which is then thrown away
     */
    public static void fetch(URI source, Path target, long most, Consumer<Path> check) {
        fetch(source, target, most, check, Patience.USUAL);
    }

    static void fetch(URI source, Path target, long most, Consumer<Path> check, Patience patience) {
        if (Files.exists(target)) {
            return;
        }
        Path part = target.resolveSibling(target.getFileName() + ".part");
        try {
            Files.createDirectories(target.toAbsolutePath().getParent());
            receive(source, part, most, patience);
            check.accept(part);
            AtomicFile.move(part, target);
        } catch (DataException e) {
            // Going on from a wrong file would never make it right.
            delete(part);
            throw new DataException(source + ": " + e.getMessage() + "; what came was thrown away", e);
        } catch (Refusal e) {
            throw new DataException(source + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new DataException(
                    "download of " + source + " to " + target + " failed (" + e + "); run it again to go on", e);
        }
    }

    /** Returns a check of a file's digest, such as the MD5 that a data set's page gives. */
    public static Consumer<Path> digest(String algorithm, String expected) {
        return file -> {
            String found = digest(file, algorithm);
            if (!found.equals(expected)) {
                throw new DataException(file + ": " + algorithm + " is " + found + ", expected " + expected);
            }
        };
    }

    private static String digest(Path file, String algorithm) {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance(algorithm);
            new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read (" + e.getMessage() + ")", e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalArgumentException("digest " + algorithm + ", expected one of this JVM's", e);
        }
    }

    private static void delete(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            throw new DataException(part + ": is not the published file and cannot be deleted; delete it", e);
        }
    }

    private static void receive(URI source, Path part, long most, Patience patience) throws IOException {
        HttpClient client = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(Duration.ofSeconds(30))
                .build();
        for (int attempt = 1; ; attempt++) {
            long before = size(part);
            try {
                if (request(client, source, part, most, patience)) {
                    return;
                }
            } catch (Refusal e) {
                throw e;
            } catch (IOException e) {
                // Given up only when nothing comes any more.
                attempt = size(part) > before ? 1 : attempt;
                if (attempt >= ATTEMPTS) {
                    throw e;
                }
                pause(patience.pause().multipliedBy(1L << (attempt - 1)));
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }
    }

    private static void pause(Duration time) throws IOException {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static IOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IOException("interrupted", e);
    }

    private static long size(Path part) throws IOException {
        return Files.exists(part) ? Files.size(part) : 0;
    }

    /** Returns whether the part is whole; if not, the next request begins at the start. */
    private static boolean request(HttpClient client, URI source, Path part, long most, Patience patience)
            throws IOException, InterruptedException {
        long from = size(part);
        HttpRequest.Builder request = HttpRequest.newBuilder(source).timeout(Duration.ofMinutes(2));
        if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
        }
        HttpResponse<InputStream> response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            int status = response.statusCode();
            String range = response.headers().firstValue("Content-Range").orElse("");
            if (status == RANGE_NOT_SATISFIABLE && from > 0) {
                if (range.equals("bytes */" + from)) {
                    return true;
                }
                Files.delete(part);
                return false;
            }
            if (BUSY.contains(status)) {
                throw new IOException("answered " + status + ", expected " + OK);
            }
            if (status != OK && !(status == PARTIAL && range.startsWith("bytes " + from + "-"))) {
                throw new Refusal("answered " + status + (range.isEmpty() ? "" : " with " + range) + ", expected " + OK
                        + "; the address may have changed");
            }
            copy(body, part, status == PARTIAL ? from : 0, most, patience.silence());
            return true;
        }
    }

    private static void copy(InputStream body, Path part, long from, long most, Duration silence) throws IOException {
        StandardOpenOption mode = from > 0 ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING;
        try (OutputStream out = Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, mode);
                Watch watch = new Watch(body, silence)) {
            byte[] buffer = new byte[1 << 16];
            long size = from;
            for (int n = watch.read(buffer); n >= 0; n = watch.read(buffer)) {
                size += n;
                if (size > most) {
                    throw new DataException("more than " + most + " bytes came, expected at most that many");
                }
                out.write(buffer, 0, n);
            }
        }
    }
}
