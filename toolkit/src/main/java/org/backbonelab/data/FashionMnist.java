package org.backbonelab.data;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Fashion-MNIST (Xiao, Rasul, Vollgraf 2017): 60,000 + 10,000 grey images of 28 x 28 in 10 classes.
 *
 * <p>Files may be plain or gzip; checksums are those of the uncompressed content, which all distributions share.
 */
public final class FashionMnist {
    /** The name on the list. */
    public static final String NAME = "fashion-mnist";

    /** The names of the classes. */
    public static final List<String> CLASSES = List.of(
            "T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot");

    static final String FIX = "install it with \"apt-get install dataset-fashion-mnist\", or download it with"
            + " \"./environment/backbonelab.sh download fashion-mnist\", or put its four IDX files in a folder"
            + " fashion-mnist and name the parent in BACKBONELAB_DATA";

    private static final String HOME = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/";

    private static final Map<String, String> SHA256 = Map.of(
            "train-images-idx3-ubyte", "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "train-labels-idx1-ubyte", "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "t10k-images-idx3-ubyte", "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "t10k-labels-idx1-ubyte", "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34");

    private FashionMnist() {}

    /** Returns the folders that are searched, in order: BACKBONELAB_DATA, Debian's, the download cache. */
    public static List<Path> folders() {
        List<Path> out = new ArrayList<>();
        String own = System.getenv("BACKBONELAB_DATA");
        if (own != null && !own.isBlank()) {
            out.add(Path.of(own, NAME));
        }
        out.add(Path.of("/usr/share/datasets", NAME));
        out.add(downloadFolder());
        return out;
    }

    /** Returns where {@link #download} puts the files. */
    public static Path downloadFolder() {
        return Path.of(System.getProperty("user.home"), ".cache", "backbonelab", NAME);
    }

    /**
     * Reads the data set from a folder.
     *
     * @throws DataException if a file is missing or is not the published one
     */
    public static Dataset read(Path folder) {
        return Datasets.of(NAME, part(folder, "train", 60_000), part(folder, "t10k", 10_000));
    }

    /** Downloads the four files, checks them, and returns their folder; files already there are kept. */
    public static Path download(Path folder) {
        try {
            Files.createDirectories(folder);
            for (String name : SHA256.keySet()) {
                Path target = folder.resolve(name + ".gz");
                if (!Files.exists(target)) {
                    fetch(URI.create(HOME + name + ".gz"), target, name);
                }
            }
        } catch (IOException e) {
            throw new DataException("download of Fashion-MNIST to " + folder + " failed (" + e + "); " + FIX, e);
        }
        return folder;
    }

    private static void fetch(URI uri, Path target, String name) throws IOException {
        Path partial = target.resolveSibling(target.getFileName() + ".part");
        HttpClient client = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        try {
            HttpResponse<InputStream> response =
                    client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                if (response.statusCode() != 200) {
                    throw new IOException(uri + " answered " + response.statusCode());
                }
                Files.copy(body, partial, StandardCopyOption.REPLACE_EXISTING);
            }
            // Checked before it gets its name: a file that is there is a whole one.
            verify(partial, name, Idx.read(partial));
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static Images part(Path folder, String prefix, int count) {
        Idx images = file(folder, prefix + "-images-idx3-ubyte", count, 28, 28);
        Idx labels = file(folder, prefix + "-labels-idx1-ubyte", count);
        int[] classes = new int[count];
        for (int i = 0; i < count; i++) {
            classes[i] = labels.values()[i] & 0xff;
        }
        return new Images(images.values(), classes, 1, 28, CLASSES.size());
    }

    private static Idx file(Path folder, String name, int... shape) {
        Path file = folder.resolve(name + ".gz");
        if (!Files.exists(file)) {
            file = folder.resolve(name);
        }
        if (!Files.exists(file)) {
            throw new DataException(folder + " has neither " + name + ".gz nor " + name + "; " + FIX);
        }
        try {
            Idx idx = Idx.read(file);
            if (!java.util.Arrays.equals(idx.shape(), shape)) {
                throw new DataException(file + ": shape " + java.util.Arrays.toString(idx.shape()) + ", expected "
                        + java.util.Arrays.toString(shape));
            }
            verify(file, name, idx);
            return idx;
        } catch (DataException e) {
            throw new DataException(e.getMessage() + "; " + FIX, e);
        }
    }

    /** Compares with the published content, header included. */
    private static void verify(Path file, String name, Idx idx) {
        MessageDigest digest = Datasets.sha256();
        digest.update(new byte[] {0, 0, 8, (byte) idx.shape().length});
        for (int axis : idx.shape()) {
            digest.update(java.nio.ByteBuffer.allocate(4).putInt(axis).array());
        }
        String found = HexFormat.of().formatHex(digest.digest(idx.values()));
        if (!found.equals(SHA256.get(name))) {
            throw new DataException(file + ": content has SHA-256 " + found + ", expected " + SHA256.get(name));
        }
    }
}
