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
import java.util.function.Consumer;
import org.backbonelab.io.AtomicFile;

/**
 * Fetches one file over HTTP: checked before it gets its name, and continued where an earlier attempt broke off.
 *
 * <p>What has come so far lies in {@code <name>.part}. A cut connection is tried again a few times, from there; a later
 * run goes on from there, too. A server that cannot continue sends the file from the start.
 */
public final class Download {
    private static final int ATTEMPTS = 5;
    private static final int OK = 200;
    private static final int PARTIAL = 206;
    private static final int RANGE_NOT_SATISFIABLE = 416;

    private Download() {}

    /**
     * Fetches a file, unless it is there.
     *
     * @param target the file; its folder is made
     * @param check throws a {@link DataException} if the fetched file, which it is given, is not the published one
     * @throws DataException if the file cannot be fetched or is not the published one, which is then thrown away
     */
    public static void fetch(URI source, Path target, Consumer<Path> check) {
        if (Files.exists(target)) {
            return;
        }
        Path part = target.resolveSibling(target.getFileName() + ".part");
        try {
            Files.createDirectories(target.toAbsolutePath().getParent());
            receive(source, part);
            check.accept(part);
            AtomicFile.move(part, target);
        } catch (DataException e) {
            // Going on from a wrong file would never make it right.
            delete(part);
            throw new DataException(source + ": " + e.getMessage() + "; what came was thrown away", e);
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

    private static void receive(URI source, Path part) throws IOException {
        HttpClient client = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(Duration.ofSeconds(30))
                .build();
        for (int attempt = 1; ; attempt++) {
            long before = size(part);
            try {
                if (request(client, source, part, before)) {
                    return;
                }
            } catch (IOException e) {
                // Given up only when nothing comes any more.
                attempt = size(part) > before ? 1 : attempt;
                if (attempt >= ATTEMPTS) {
                    throw e;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
    }

    private static long size(Path part) throws IOException {
        return Files.exists(part) ? Files.size(part) : 0;
    }

    /** Returns whether the part is whole; if not, the next request begins at the start. */
    private static boolean request(HttpClient client, URI source, Path part, long from)
            throws IOException, InterruptedException {
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
            if (status != OK && !(status == PARTIAL && range.startsWith("bytes " + from + "-"))) {
                throw new DataException("answered " + status + (range.isEmpty() ? "" : " with " + range) + ", expected "
                        + OK + "; the address may have changed");
            }
            StandardOpenOption mode =
                    status == PARTIAL ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING;
            try (OutputStream out =
                    Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE, mode)) {
                body.transferTo(out);
            }
            return true;
        }
    }
}
