package org.backbonelab.model.weights;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.backbonelab.data.fetch.DataException;
import org.backbonelab.data.fetch.Download;

/**
 * Fetches the weights of timm's networks by name, from Hugging Face's hub.
 *
 * <p>The hub keeps a large file beside a pointer, a few lines that tell its SHA-256 and size, which what comes must have. A file
 * that is there already is neither fetched nor checked again; a download that broke off goes on.
 */
public final class PublishedWeights {
    private static final String HUB = "https://huggingface.co";
    private static final String FILE = "model.safetensors";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*");
    private static final Pattern POINTER = Pattern.compile("oid sha256:([0-9a-f]{64})\\s+size ([0-9]{1,15})\\s");
    private static final int POINTER_MOST = 1024;

    private PublishedWeights() {}

    /**
     * Downloads the weights of a network, and returns the file.
     *
     * @param name timm's, with its training, such as {@code resnet50.a1_in1k}
     * @param folder where to, or null for the cache of this user
     * @throws IllegalArgumentException if the name is not of this form
     * @throws DataException if the network fails, the hub does not know the name, or the file has another SHA-256
     */
    public static Path download(String name, Path folder) {
        return download(HUB, name, folder);
    }

    static Path download(String hub, String name, Path folder) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "weights \"" + name + "\", expected a name of timm's such as resnet50.a1_in1k");
        }
        Path all =
                folder == null ? Path.of(System.getProperty("user.home"), ".cache", "backbonelab", "weights") : folder;
        Path file = all.resolve(name).resolve(FILE);
        if (!Files.exists(file)) {
            Pointer pointer = pointer(URI.create(hub + "/timm/" + name + "/raw/main/" + FILE), file);
            URI source = URI.create(hub + "/timm/" + name + "/resolve/main/" + FILE);
            Download.fetch(source, file, pointer.size(), Download.digest("SHA-256", pointer.sha256()));
        }
        return file;
    }

    /** What the hub tells of a file. */
    private record Pointer(String sha256, long size) {}

    /** Asks the hub for digest and size; always anew, as it may hold another file by now. */
    private static Pointer pointer(URI source, Path file) {
        Path pointer = file.resolveSibling(FILE + ".pointer");
        try {
            Files.deleteIfExists(pointer);
            Download.fetch(source, pointer, POINTER_MOST, PublishedWeights::parse);
            Pointer found = parse(pointer);
            Files.delete(pointer);
            return found;
        } catch (IOException e) {
            throw new DataException(pointer + ": cannot be written (" + e.getMessage() + ")", e);
        }
    }

    private static Pointer parse(Path pointer) {
        try {
            if (Files.size(pointer) <= POINTER_MOST) {
                Matcher matcher = POINTER.matcher(Files.readString(pointer, StandardCharsets.ISO_8859_1));
                if (matcher.find()) {
                    return new Pointer(matcher.group(1), Long.parseLong(matcher.group(2)));
                }
            }
            throw new DataException(
                    "no pointer with a SHA-256 and a size, as the hub has beside a large file; fetch the file by"
                            + " hand if you trust it");
        } catch (IOException e) {
            throw new DataException(pointer + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }
}
