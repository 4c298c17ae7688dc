package org.backbonelab.train.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.backbonelab.io.SafeTensorsHeader;
import org.backbonelab.io.Sha256;
import org.backbonelab.tensor.Torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointFormatTest {
    @TempDir
    Path folder;

    private NDManager manager;
    private Path file;

    @BeforeEach
    void open() {
        manager = Torch.newManager();
        file = folder.resolve("cell.ckpt");
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private void save(int step) {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        arrays.put("model/w", manager.ones(new Shape(2, 3)));
        arrays.put("model/s", manager.create(1f));
        arrays.put("steps", manager.create(new long[] {Long.MAX_VALUE, -1}));
        try (Checkpoints checkpoints = new Checkpoints(file, "cell", Duration.ZERO)) {
            checkpoints.save(CheckpointFormat.MAPPER.createObjectNode().put("step", step), arrays);
        }
    }

    private void load() {
        new Checkpoints(file, "cell", Duration.ZERO).load().orElseThrow().close();
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void newerVersionIsTold() throws IOException {
        save(1);
        byte[] bytes = Files.readAllBytes(file);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        bytes[text.indexOf("\"version\":\"2\"") + "\"version\":\"".length()] = '3';
        Files.write(file, bytes);
        String message = assertThrows(CheckpointException.class, this::load).getMessage();
        assertTrue(message.contains("has format version 3, this version of Backbone Lab reads 2"), message);
        assertArrayEquals(bytes, Files.readAllBytes(file));
    }

    @Test
    void checkpointIsSafetensorsThatAnyReaderOpens() throws IOException {
        save(5);
        try (FileChannel channel = FileChannel.open(file)) {
            SafeTensorsHeader header = SafeTensorsHeader.read(channel);
            assertEquals(
                    List.of("model/w", "model/s", "steps", "sha256"),
                    header.tensors().stream().map(SafeTensorsHeader.Entry::name).toList());
            assertEquals(channel.size(), header.start() + header.end());
            assertTrue(
                    header.metadata().get("state").contains("\"step\":5"),
                    header.metadata().toString());
        }
    }

    @Test
    void checkpointOfTheFormBeforeIsNamedAndLeftAlone() throws IOException {
        Files.writeString(file, "BBLCKPT\n and so on, as version 1 wrote it");
        String message = assertThrows(CheckpointException.class, this::load).getMessage();
        assertTrue(message.contains("it starts with \"BBLCKPT.\""), message);
        assertTrue(message.contains("finish its training with the version that wrote it"), message);
        assertEquals(List.of("cell.ckpt"), files());
    }

    /** What no accident makes: a checksum that fits, over content that does not. */
    @ParameterizedTest
    @ValueSource(strings = {"gap", "overlap", "type", "shape", "none", "list"})
    void forgedContentUnderARightChecksumIsRefused(String how) throws IOException {
        save(1);
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        String forged =
                switch (how) {
                    case "gap" -> text.replace("[0,24]", "[4,24]");
                    case "overlap" -> text.replace("[24,28]", "[20,28]");
                    case "type" -> text.replace("\"F32\"", "\"I32\"");
                    case "shape" -> text.replace("[2,3]", "[3,3]");
                    case "none" -> text.replace("\"sha256\"", "\"sha257\"");
                    default -> text.replace("{\"dtype\":\"F32\",\"shape\":[]", "[{\"dtype\":\"F32\",\"shape\":[]");
                };
        assertNotEquals(text, forged);
        byte[] bytes = forged.getBytes(StandardCharsets.ISO_8859_1);
        MessageDigest digest = Sha256.digest();
        digest.update(bytes, 0, bytes.length - 32);
        System.arraycopy(digest.digest(), 0, bytes, bytes.length - 32, 32);
        Files.write(file, bytes);
        String message = assertThrows(CheckpointException.class, this::load).getMessage();
        assertTrue(message.contains(file + " is damaged"), message);
    }
}
