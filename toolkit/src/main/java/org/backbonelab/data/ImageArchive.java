package org.backbonelab.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.backbonelab.io.Sha256;

/**
 * Images packed into a few large files (shards), memory-mapped and read in any order: for sets that do not fit into
 * memory, on disks that are slow with many small files.
 *
 * <p>Format, version 1; numbers are big-endian. A folder holds {@code archive.json} and the shards it names, with count,
 * size in bytes and SHA-256 of each. A shard is the 8 bytes {@code BBLSHARD}, the entries back to back, the index, and a
 * trailer. An entry is either a JPEG or PNG file as it was, or uncompressed: the byte {@code 'R'}, then channels (8
 * bits), height and width (32 bits each), then the values (C, H, W). The index has 20 bytes per entry: offset (64 bits),
 * length (32), label (32), CRC-32C of the entry (32). The trailer has 16 bytes: number of entries (32 bits), CRC-32C of
 * the index (32), and {@code BBLSHEND}. {@code archive.json} is written last, so a broken-off archive has none.
 *
 * <p>The index is checked when the archive is opened, an entry whenever it is read, everything by {@link #verify}. Safe
 * for several threads.
 */
public final class ImageArchive implements ImageSource {
    static final String MANIFEST = "archive.json";
    static final int VERSION = 1;
    static final byte[] MAGIC = {'B', 'B', 'L', 'S', 'H', 'A', 'R', 'D'};
    static final byte[] END = {'B', 'B', 'L', 'S', 'H', 'E', 'N', 'D'};
    static final int INDEX_ENTRY = 20;
    static final int TRAILER = 16;
    static final byte RAW = 'R';
    static final int RAW_HEADER = 10;

    private final Path folder;
    private final Manifest manifest;
    private final ByteBuffer[] shards;
    private final ByteBuffer[] indices;

    /** First number of each shard, and behind the last one the count. */
    private final int[] starts;

    /**
     * What {@code archive.json} says.
     *
     * @param version of the format
     * @param channels of the images as they are read, 1 or 3
     * @param size H and W in a batch
     * @param cropRatio see {@link ImageSource#cropRatio}
     * @param classes names in the order of the labels
     * @param shards the files in order
     */
    public record Manifest(
            int version, int channels, int size, double cropRatio, List<String> classes, List<Shard> shards) {}

    /**
     * One file of an archive.
     *
     * @param file name in the folder
     * @param count of images
     * @param bytes size
     * @param sha256 of the whole file, in hexadecimal
     */
    public record Shard(String file, int count, long bytes, String sha256) {}

    /**
     * Opens an archive.
     *
     * @throws DataException if a file is missing, has another size than the archive says, or its index is damaged
     */
    public ImageArchive(Path folder) {
        this.folder = folder;
        this.manifest = manifest(folder.resolve(MANIFEST));
        int n = manifest.shards().size();
        shards = new ByteBuffer[n];
        indices = new ByteBuffer[n];
        starts = new int[n + 1];
        for (int s = 0; s < n; s++) {
            Shard shard = manifest.shards().get(s);
            Path file = folder.resolve(shard.file());
            shards[s] = map(file, shard);
            indices[s] = index(file, shards[s], shard);
            starts[s + 1] = Math.addExact(starts[s], shard.count());
        }
    }

    private static Manifest manifest(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new DataException(file + ": no such file; the archive was not finished, or lies elsewhere");
        }
        try {
            Manifest manifest = new ObjectMapper().readValue(Files.readAllBytes(file), Manifest.class);
            if (manifest.version() != VERSION) {
                throw new DataException(file + ": format version " + manifest.version() + ", expected " + VERSION
                        + "; it was written by another version of this toolkit");
            }
            return manifest;
        } catch (JsonProcessingException e) {
            throw new DataException(file + ": is no archive (" + e.getOriginalMessage() + ")", e);
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private static ByteBuffer map(Path file, Shard shard) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() != shard.bytes()) {
                throw new DataException(file + ": " + channel.size() + " bytes, expected " + shard.bytes()
                        + "; it is truncated or another file");
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, shard.bytes());
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read (" + e + ")", e);
        }
    }

    private static ByteBuffer index(Path file, ByteBuffer shard, Shard expected) {
        int length = Math.multiplyExact(INDEX_ENTRY, expected.count());
        int at = shard.capacity() - TRAILER - length;
        boolean good = at >= MAGIC.length
                && shard.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))
                && shard.slice(shard.capacity() - END.length, END.length).equals(ByteBuffer.wrap(END))
                && shard.getInt(at + length) == expected.count()
                && shard.getInt(at + length + 4) == crc(shard.slice(at, length));
        if (!good) {
            throw new DataException(file + ": its index is damaged; copy or pack it again");
        }
        return shard.slice(at, length);
    }

    static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }

    /**
     * Reads everything and compares it with the checksums.
     *
     * @throws DataException that names the first shard which differs
     */
    public void verify() {
        for (int s = 0; s < shards.length; s++) {
            MessageDigest digest = Sha256.digest();
            digest.update(shards[s].duplicate().rewind());
            String found = Sha256.hex(digest);
            String expected = manifest.shards().get(s).sha256();
            if (!found.equals(expected)) {
                throw new DataException(folder.resolve(manifest.shards().get(s).file()) + ": SHA-256 is " + found
                        + ", expected " + expected + "; copy or pack it again");
            }
        }
    }

    /** Returns a SHA-256 over the checksums of all shards, in hexadecimal. */
    public String checksum() {
        MessageDigest digest = Sha256.digest();
        manifest.shards().forEach(shard -> digest.update(HexFormat.of().parseHex(shard.sha256())));
        return Sha256.hex(digest);
    }

    /** Returns what {@code archive.json} says. */
    public Manifest manifest() {
        return manifest;
    }

    @Override
    public int count() {
        return starts[shards.length];
    }

    private int shard(int index) {
        java.util.Objects.checkIndex(index, count());
        int found = java.util.Arrays.binarySearch(starts, index);
        int s = found >= 0 ? found : -found - 2;
        // Shards without images share their start with the next.
        while (starts[s + 1] == index) {
            s++;
        }
        return s;
    }

    @Override
    public int label(int index) {
        int s = shard(index);
        return indices[s].getInt((index - starts[s]) * INDEX_ENTRY + 12);
    }

    @Override
    public int classes() {
        return manifest.classes().size();
    }

    @Override
    public int channels() {
        return manifest.channels();
    }

    @Override
    public int size() {
        return manifest.size();
    }

    @Override
    public double cropRatio() {
        return manifest.cropRatio();
    }

    @Override
    public void read(int index, Pixels into) {
        int s = shard(index);
        int at = (index - starts[s]) * INDEX_ENTRY;
        ByteBuffer entry = shards[s].slice(Math.toIntExact(indices[s].getLong(at)), indices[s].getInt(at + 8));
        String name = "image " + index + " in "
                + folder.resolve(manifest.shards().get(s).file());
        if (crc(entry) != indices[s].getInt(at + 16)) {
            throw new DataException(name + ": its checksum differs; copy or pack the file again");
        }
        if (entry.get(0) == RAW) {
            into.reshape(entry.get(1), entry.getInt(2), entry.getInt(6));
            entry.get(RAW_HEADER, into.data(), 0, into.length());
            return;
        }
        byte[] file = new byte[entry.capacity()];
        entry.get(file);
        ImageDecoder.decode(name, file, manifest.channels(), into);
    }
}
