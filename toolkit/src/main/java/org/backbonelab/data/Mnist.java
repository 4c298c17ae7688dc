package org.backbonelab.data;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.backbonelab.data.fetch.DataException;
import org.backbonelab.data.fetch.Download;
import org.backbonelab.io.Sha256;

/**
 * MNIST (LeCun, Cortes, Burges 1998) and Fashion-MNIST (Xiao, Rasul, Vollgraf 2017): 60,000 + 10,000 grey images of
 * 28 x 28 in 10 classes.
 *
 * <p>Files may be plain or gzip; checksums are those of the uncompressed content, which all distributions share.
 */
public final class Mnist implements PublishedFiles {
    /** Handwritten digits. */
    public static final Mnist MNIST = new Mnist(
            "mnist",
            "MNIST",
            "http://ossci-datasets.s3.amazonaws.com/mnist/",
            "",
            List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
            List.of(
                    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                    "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                    "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                    "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"));

    /** Clothes. */
    public static final Mnist FASHION_MNIST = new Mnist(
            "fashion-mnist",
            "Fashion-MNIST",
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "install it with \"apt-get install dataset-fashion-mnist\", or ",
            List.of(
                    "T-shirt",
                    "Trouser",
                    "Pullover",
                    "Dress",
                    "Coat",
                    "Sandal",
                    "Shirt",
                    "Sneaker",
                    "Bag",
                    "Ankle boot"),
            List.of(
                    "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                    "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
                    "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
                    "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"));

    private static final List<String> FILES = List.of(
            "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte");

    /** Bytes of a file: packed, the largest one is smaller than its pixels. */
    private static final long MOST = 60_000 * 28 * 28 + (1 << 20);

    private final String id;
    private final String title;
    private final String home;
    private final String install;
    private final List<String> classes;
    private final List<String> sha256;

    private Mnist(String id, String title, String home, String install, List<String> classes, List<String> sha256) {
        this.id = id;
        this.title = title;
        this.home = home;
        this.install = install;
        this.classes = classes;
        this.sha256 = sha256;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String title() {
        return title;
    }

    /** Returns the names of the classes. */
    public List<String> classes() {
        return classes;
    }

    @Override
    public String fix() {
        return install + "download it with \"./environment/backbonelab.sh download " + id
                + "\", or put its four IDX files in a folder " + id + " and name the parent in BACKBONELAB_DATA";
    }

    @Override
    public Dataset read(Path folder) {
        return Dataset.of(id, part(folder, "train", 60_000), part(folder, "t10k", 10_000));
    }

    @Override
    public void download(Path folder) {
        for (String name : FILES) {
            Download.fetch(URI.create(home + name + ".gz"), folder.resolve(name + ".gz"), MOST, file -> {
                verify(file, name, Idx.read(file));
            });
        }
    }

    private Images part(Path folder, String prefix, int count) {
        Idx images = file(folder, prefix + "-images-idx3-ubyte", count, 28, 28);
        Idx labels = file(folder, prefix + "-labels-idx1-ubyte", count);
        int[] values = new int[count];
        for (int i = 0; i < count; i++) {
            values[i] = labels.values()[i] & 0xff;
        }
        return new Images(images.values(), values, 1, 28, classes.size());
    }

    private Idx file(Path folder, String name, int... shape) {
        Path file = folder.resolve(name + ".gz");
        if (!Files.exists(file)) {
            file = folder.resolve(name);
        }
        if (!Files.exists(file)) {
            throw new DataException(folder + " has neither " + name + ".gz nor " + name + "; " + fix());
        }
        try {
            Idx idx = Idx.read(file, shape);
            verify(file, name, idx);
            return idx;
        } catch (DataException e) {
            throw new DataException(e.getMessage() + "; " + fix(), e);
        }
    }

    /** Compares with the published content, header included. */
    private void verify(Path file, String name, Idx idx) {
        MessageDigest digest = Sha256.digest();
        digest.update(new byte[] {0, 0, 8, (byte) idx.shape().length});
        for (int axis : idx.shape()) {
            digest.update(ByteBuffer.allocate(4).putInt(axis).array());
        }
        String found = HexFormat.of().formatHex(digest.digest(idx.values()));
        String expected = sha256.get(FILES.indexOf(name));
        if (!found.equals(expected)) {
            throw new DataException(file + ": content has SHA-256 " + found + ", expected " + expected);
        }
    }
}
