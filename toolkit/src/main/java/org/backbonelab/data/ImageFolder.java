package org.backbonelab.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.backbonelab.data.augment.Pixels;
import org.backbonelab.data.fetch.DataException;
import org.backbonelab.io.Checks;
import org.backbonelab.io.Settings;
import org.backbonelab.io.Sha256;

/**
 * JPEG and PNG files in one folder per class ({@code folder/<class>/<any name>.jpg}), decoded when they are asked for.
 *
 * <p>Classes are numbered in the order of their names, files ordered by their names, as torchvision's ImageFolder does;
 * hidden files and other endings are passed over. Images may have any size: training crops them, evaluation resizes the
 * shorter side to size / cropRatio and keeps the centre (bicubic). Safe for several threads.
 */
public final class ImageFolder implements ImageSource {
    private static final long READ_MOST = 1L << 30;

    private final Path folder;
    private final List<String> classNames;
    private final List<Path> files;
    private final int[] labels;
    private final int channels;
    private final int size;
    private final double cropRatio;
    /** Of all files together. */
    private final long bytes;

    /**
     * Lists a folder; no image is read yet.
     *
     * @param channels 3 for RGB, 1 for grey; images are converted
     * @param size H and W in a batch
     * @param cropRatio share of the shorter side that evaluation keeps, above 0 to 1; ImageNet's is 0.875
     * @throws DataException if the folder has no class, a class no image, or an image is no regular file, too long, or a
     *     link that leads out of the folder
     */
    public ImageFolder(Path folder, int channels, int size, double cropRatio) {
        Checks.require(channels == 1 || channels == 3, "channels", channels, "1 (grey) or 3 (RGB)");
        Checks.require(size > 0, "image size", size, "1 or more");
        Checks.require(cropRatio > 0 && cropRatio <= 1, "crop ratio", cropRatio, "above 0 to 1");
        this.folder = folder;
        this.channels = channels;
        this.size = size;
        this.cropRatio = cropRatio;
        this.files = new ArrayList<>();
        List<Integer> found = new ArrayList<>();
        long most = Long.parseLong(Settings.BACKBONELAB_MAX_IMAGE_BYTES.orStandard());
        long total = 0;
        List<Path> classes = list(folder, "folder per class", Files::isDirectory);
        for (int c = 0; c < classes.size(); c++) {
            if (Files.isSymbolicLink(classes.get(c))) {
                checkLink(classes.get(c));
            }
            List<Path> images = list(classes.get(c), "JPEG or PNG file", p -> ImageDecoder.knows(name(p)));
            total += images.stream().mapToLong(file -> length(file, most)).sum();
            files.addAll(images);
            found.addAll(Collections.nCopies(images.size(), c));
        }
        bytes = total;
        classNames = classes.stream().map(ImageFolder::name).toList();
        labels = found.stream().mapToInt(Integer::intValue).toArray();
    }

    /**
     * Returns how long an image file is, before anything is read: a pipe would hang, a device has no end, a sparse file is
     * longer than the memory.
     */
    private long length(Path file, long most) {
        try {
            BasicFileAttributes found =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (found.isSymbolicLink()) {
                checkLink(file);
                found = Files.readAttributes(file, BasicFileAttributes.class);
            }
            if (!found.isRegularFile()) {
                throw new DataException(file + ": is no regular file; remove it");
            }
            if (found.size() > most) {
                throw new DataException(file + ": has " + found.size() + " bytes, expected at most " + most
                        + " of an image; remove it, or set BACKBONELAB_MAX_IMAGE_BYTES");
            }
            return found.size();
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private void checkLink(Path link) {
        if (Settings.BACKBONELAB_LINKS.orStandard().equals("anywhere")) {
            return;
        }
        try {
            Path target = link.toRealPath();
            if (!target.startsWith(folder.toRealPath())) {
                throw new DataException(link + ": is a link to " + target + ", out of " + folder
                        + "; copy the images, or set BACKBONELAB_LINKS=anywhere");
            }
        } catch (IOException e) {
            throw new DataException(link + ": is a link that leads nowhere; remove it", e);
        }
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    private static List<Path> list(Path folder, String what, Predicate<Path> wanted) {
        if (!Files.isDirectory(folder)) {
            throw new DataException(folder + ": no such folder; expected one " + what + " in it");
        }
        try (Stream<Path> all = Files.list(folder)) {
            List<Path> out = all.filter(p -> !name(p).startsWith("."))
                    .filter(wanted)
                    .sorted(Comparator.comparing(ImageFolder::name))
                    .toList();
            if (out.isEmpty()) {
                throw new DataException(folder + ": has no " + what + "; add some or remove the folder");
            }
            return out;
        } catch (IOException e) {
            throw new DataException(folder + ": cannot be listed (" + e.getMessage() + ")", e);
        }
    }

    /**
     * Returns a SHA-256 over class names, file names and file sizes, in hexadecimal, and over what is in the files where they
     * are of one gigabyte or less together: more takes too long to read before every study.
     */
    public String checksum() {
        MessageDigest digest = Sha256.digest();
        try {
            for (Path file : files) {
                String line = folder.relativize(file) + " " + Files.size(file) + "\n";
                digest.update(line.replace('\\', '/').getBytes(StandardCharsets.UTF_8));
                if (bytes <= READ_MOST) {
                    digest.update(Files.readAllBytes(file));
                }
            }
        } catch (IOException e) {
            throw new DataException(folder + ": cannot be listed (" + e.getMessage() + ")", e);
        }
        return Sha256.hex(digest);
    }

    /** Returns the names of the classes, which are the names of their folders. */
    public List<String> classNames() {
        return classNames;
    }

    /** Returns the file of an image. */
    public Path file(int index) {
        return files.get(index);
    }

    @Override
    public int count() {
        return labels.length;
    }

    @Override
    public int label(int index) {
        return labels[index];
    }

    @Override
    public int classes() {
        return classNames.size();
    }

    @Override
    public int channels() {
        return channels;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public double cropRatio() {
        return cropRatio;
    }

    @Override
    public void read(int index, Pixels into) {
        Path file = files.get(index);
        try {
            ImageDecoder.decode(file.toString(), Files.readAllBytes(file), channels, into);
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }
}
