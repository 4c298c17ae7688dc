package org.backbonelab.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.backbonelab.data.fetch.DataException;
import org.backbonelab.data.fetch.Download;
import org.backbonelab.io.AtomicFile;

/**
 * CIFAR-10 and CIFAR-100 (Krizhevsky 2009) in their binary version: 50,000 + 10,000 colour images of 32 x 32.
 *
 * <p>A file is records without a header: one byte of label (CIFAR-100: the coarse label, then the fine one), then 1,024
 * bytes each of red, green and blue, row by row.
 */
public final class Cifar implements PublishedFiles {
    /** CIFAR-10: 10 classes. */
    public static final Cifar CIFAR10 = new Cifar(
            "cifar-10",
            "CIFAR-10",
            "cifar-10-binary.tar.gz",
            "c32a1d4ab5d03f1284b67883e8d87530",
            "cifar-10-batches-bin",
            List.of("data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"),
            "test_batch.bin",
            List.of(10),
            0);

    /** CIFAR-100 with its fine labels: 100 classes. */
    public static final Cifar CIFAR100 = new Cifar("cifar-100", "CIFAR-100", 1);

    /** CIFAR-100 with its coarse labels: 20 classes. */
    public static final Cifar CIFAR100_COARSE = new Cifar("cifar-100-coarse", "CIFAR-100", 0);

    private static final String HOME = "https://www.cs.toronto.edu/~kriz/";
    private static final int SIZE = 32;
    private static final int VALUES = 3 * SIZE * SIZE;
    private static final int TRAIN = 50_000;
    private static final int TEST = 10_000;

    private final String id;
    private final String title;
    private final String archive;
    private final String md5;
    private final String inner;
    private final List<String> train;
    private final String test;

    /** Number of classes of each label of a record, in order. */
    private final List<Integer> classes;

    /** Which label counts. */
    private final int label;

    private Cifar(String id, String title, int label) {
        this(
                id,
                title,
                "cifar-100-binary.tar.gz",
                "03b5dce01913d631647c71ecec9e9cb8",
                "cifar-100-binary",
                List.of("train.bin"),
                "test.bin",
                List.of(20, 100),
                label);
    }

    private Cifar(
            String id,
            String title,
            String archive,
            String md5,
            String inner,
            List<String> train,
            String test,
            List<Integer> classes,
            int label) {
        this.id = id;
        this.title = title;
        this.archive = archive;
        this.md5 = md5;
        this.inner = inner;
        this.train = train;
        this.test = test;
        this.classes = classes;
        this.label = label;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public String title() {
        return title;
    }

    private String folder() {
        return this == CIFAR100_COARSE ? CIFAR100.id : id;
    }

    @Override
    public String fix() {
        return "download it with \"./environment/backbonelab.sh download " + id + "\", or unpack " + archive
                + " in a folder " + folder() + " and name the parent in BACKBONELAB_DATA";
    }

    /** The coarse labels lie in the files of the fine ones. */
    @Override
    public List<Path> folders() {
        return this == CIFAR100_COARSE ? CIFAR100.folders() : PublishedFiles.super.folders();
    }

    @Override
    public Path cache() {
        return this == CIFAR100_COARSE ? CIFAR100.cache() : PublishedFiles.super.cache();
    }

    @Override
    public Dataset read(Path folder) {
        Path home = Files.isDirectory(folder.resolve(inner)) ? folder.resolve(inner) : folder;
        Images testPart = testPart(home, TEST);
        return Dataset.of(id, trainPart(home, TRAIN), testPart);
    }

    Images trainPart(Path folder, int count) {
        return part(folder, train, count);
    }

    Images testPart(Path folder, int count) {
        return part(folder, List.of(test), count);
    }

    private Images part(Path folder, List<String> files, int count) {
        byte[] pixels = new byte[count * VALUES];
        int[] labels = new int[count];
        int perFile = count / files.size();
        for (int f = 0; f < files.size(); f++) {
            read(folder.resolve(files.get(f)), pixels, labels, f * perFile, perFile);
        }
        return new Images(pixels, labels, 3, SIZE, classes.get(label));
    }

    private void read(Path file, byte[] pixels, int[] labels, int first, int count) {
        if (!Files.isRegularFile(file)) {
            throw new DataException(file + ": no such file; " + fix());
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] record = new byte[classes.size() + VALUES];
            long size = Files.size(file);
            if (size != (long) count * record.length) {
                throw new DataException(file + ": " + size + " bytes, expected " + (long) count * record.length
                        + " for " + count + " records of " + record.length + "; it is truncated or another file; "
                        + fix());
            }
            for (int i = first; i < first + count; i++) {
                if (in.readNBytes(record, 0, record.length) < record.length) {
                    throw new DataException(file + ": ends early; " + fix());
                }
                check(file, i - first, record);
                labels[i] = record[label] & 0xff;
                System.arraycopy(record, classes.size(), pixels, i * VALUES, VALUES);
            }
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private void check(Path file, int number, byte[] record) {
        for (int k = 0; k < classes.size(); k++) {
            int value = record[k] & 0xff;
            if (value >= classes.get(k)) {
                throw new DataException(file + ": label " + value + " in record " + number + ", expected 0 to "
                        + (classes.get(k) - 1) + "; the file is corrupt; " + fix());
            }
        }
    }

    @Override
    public void download(Path folder) {
        Path packed = folder.resolve(archive);
        // Packed, it is smaller than its records.
        long most = (long) (TRAIN + TEST) * (classes.size() + VALUES) + (1 << 20);
        Download.fetch(URI.create(HOME + archive), packed, most, Download.digest("MD5", md5));
        unpack(packed, folder.resolve(inner));
    }

    /** Unpacks the binary files of a tar.gz archive under their plain names, wherever the archive has them. */
    void unpack(Path packed, Path into) {
        try (TarArchiveInputStream in =
                new TarArchiveInputStream(new GZIPInputStream(Files.newInputStream(packed), 1 << 16))) {
            for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                String path = entry.getName();
                String name = path.substring(path.lastIndexOf('/') + 1);
                // Nothing but the names that are known is written, so no entry gets elsewhere.
                if (entry.isFile() && (train.contains(name) || name.equals(test))) {
                    AtomicFile.write(into.resolve(name), in::transferTo);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            throw new DataException(
                    packed + ": cannot be unpacked (" + e.getMessage() + "); delete it and " + fix(), e);
        }
    }
}
