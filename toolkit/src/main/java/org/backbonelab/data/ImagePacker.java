package org.backbonelab.data;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import org.backbonelab.io.Checks;
import org.backbonelab.io.Sha256;

/**
 * Writes an {@link ImageArchive}, whose format is told there.
 *
 * <p>An archive is there only once {@link #finish} has returned. Used by one thread.
 */
public final class ImagePacker implements AutoCloseable {
    /** Size at which a new shard begins unless told otherwise, in bytes. */
    public static final long SHARD_BYTES = 256L << 20;

    private final Path folder;
    private final ImageArchive.Manifest plan;
    private final long shardBytes;
    private final List<ImageArchive.Shard> done = new ArrayList<>();
    private final List<byte[]> index = new ArrayList<>();
    private OutputStream out;
    private MessageDigest digest;
    private long written;

    /**
     * Begins an archive.
     *
     * @param folder is made; an archive that is there is replaced by {@link #finish}
     * @param classes names in the order of the labels
     * @param channels of the images as they will be read, 1 or 3
     * @param size H and W in a batch
     * @param cropRatio see {@link ImageSource#cropRatio}
     * @param shardBytes size at which a new shard begins, at most 1 GiB
     */
    public ImagePacker(Path folder, List<String> classes, int channels, int size, double cropRatio, long shardBytes) {
        Checks.require(!classes.isEmpty(), "list of classes", classes, "one name or more");
        Checks.require(channels == 1 || channels == 3, "channels", channels, "1 (grey) or 3 (RGB)");
        Checks.require(size > 0, "image size", size, "1 or more");
        Checks.require(cropRatio > 0 && cropRatio <= 1, "crop ratio", cropRatio, "above 0 to 1");
        Checks.require(shardBytes > 0 && shardBytes <= 1 << 30, "shard size", shardBytes, "1 byte to 1 GiB");
        this.folder = folder;
        this.plan = new ImageArchive.Manifest(
                ImageArchive.VERSION, channels, size, cropRatio, List.copyOf(classes), List.of());
        this.shardBytes = shardBytes;
    }

    /**
     * Packs a folder of images, whose files are copied as they are.
     *
     * @throws DataException if an image cannot be decoded: none that is broken gets into the archive
     */
    public static void pack(ImageFolder images, Path folder) {
        try (ImagePacker packer = new ImagePacker(
                folder, images.classNames(), images.channels(), images.size(), images.cropRatio(), SHARD_BYTES)) {
            Pixels decoded = new Pixels();
            for (int i = 0; i < images.count(); i++) {
                byte[] file = Files.readAllBytes(images.file(i));
                ImageDecoder.decode(images.file(i).toString(), file, images.channels(), decoded);
                packer.add(images.label(i), file);
            }
            packer.finish();
        } catch (IOException e) {
            throw new DataException("images cannot be packed into " + folder + " (" + e.getMessage() + ")", e);
        }
    }

    /** Adds an image as a JPEG or PNG file. */
    public void add(int label, byte[] file) {
        write(label, new byte[0], file, file.length);
    }

    /** Adds an uncompressed image. */
    public void add(int label, Pixels image) {
        Checks.require(
                image.channels() == plan.channels(), "channels", image.channels(), String.valueOf(plan.channels()));
        ByteBuffer header = ByteBuffer.allocate(ImageArchive.RAW_HEADER);
        header.put(ImageArchive.RAW)
                .put((byte) image.channels())
                .putInt(image.height())
                .putInt(image.width());
        write(label, header.array(), image.data(), image.length());
    }

    private void write(int label, byte[] header, byte[] content, int length) {
        int last = plan.classes().size() - 1;
        Checks.require(label >= 0 && label <= last, "label", label, "0 to " + last);
        try {
            if (out == null) {
                begin();
            }
            ByteBuffer entry = ByteBuffer.allocate(header.length + length);
            entry.put(header).put(content, 0, length).flip();
            index.add(ByteBuffer.allocate(ImageArchive.INDEX_ENTRY)
                    .putLong(written)
                    .putInt(entry.limit())
                    .putInt(label)
                    .putInt(ImageArchive.crc(entry))
                    .array());
            out.write(entry.array());
            written += entry.limit();
            if (written >= shardBytes) {
                end();
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private DataException failed(IOException e) {
        return new DataException(folder + ": cannot be written (" + e.getMessage() + "); is the disk full?", e);
    }

    private Path shard() {
        return folder.resolve("shard-%05d.bin".formatted(done.size()));
    }

    private void begin() throws IOException {
        Files.createDirectories(folder);
        if (done.isEmpty()) {
            // From here on, what an older archive.json says is wrong.
            Files.deleteIfExists(folder.resolve(ImageArchive.MANIFEST));
        }
        digest = Sha256.digest();
        out = new BufferedOutputStream(new DigestOutputStream(Files.newOutputStream(shard()), digest), 1 << 16);
        out.write(ImageArchive.MAGIC);
        written = ImageArchive.MAGIC.length;
    }

    private void end() throws IOException {
        ByteBuffer all = ByteBuffer.allocate(index.size() * ImageArchive.INDEX_ENTRY);
        index.forEach(all::put);
        all.flip();
        ByteBuffer trailer = ByteBuffer.allocate(ImageArchive.TRAILER);
        trailer.putInt(index.size()).putInt(ImageArchive.crc(all)).put(ImageArchive.END);
        out.write(all.array());
        out.write(trailer.array());
        out.close();
        Path file = shard();
        String sha256 = Sha256.hex(digest);
        done.add(new ImageArchive.Shard(file.getFileName().toString(), index.size(), Files.size(file), sha256));
        index.clear();
        out = null;
    }

    /** Ends the archive; only now can it be opened. */
    public void finish() {
        try {
            if (out != null) {
                end();
            }
            Checks.require(!done.isEmpty(), "number of images", 0, "1 or more");
            ImageArchive.Manifest manifest = new ImageArchive.Manifest(
                    plan.version(), plan.channels(), plan.size(), plan.cropRatio(), plan.classes(), done);
            byte[] json = new ObjectMapper()
                    .writerWithDefaultPrettyPrinter()
                    .writeValueAsString(manifest)
                    .getBytes(StandardCharsets.UTF_8);
            Path part = folder.resolve(ImageArchive.MANIFEST + ".part");
            Files.write(part, json);
            Files.move(part, folder.resolve(ImageArchive.MANIFEST), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Closes the file being written; without {@link #finish} before, there is no archive. */
    @Override
    public void close() {
        try {
            if (out != null) {
                out.close();
                out = null;
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }
}
