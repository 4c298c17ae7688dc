package org.backbonelab.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.backbonelab.io.Json;
import org.backbonelab.io.Seal;
import org.backbonelab.testing.Rows;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowStoreTest {
    @TempDir
    Path folder;

    private RowStore store;

    @BeforeEach
    void open() {
        store = new RowStore(folder.resolve("a/b"));
    }

    @Test
    void rowComesBackEqualNotANumberIncluded() {
        Row row = Rows.of(1, "resnet_micro", 0.1, 3, Double.NaN);
        store.put(row);
        Row back = store.find(row.id()).orElseThrow();
        assertEquals(Row.Status.DIVERGED, back.status());
        assertTrue(Double.isNaN(back.metrics().get("val_top1")));
        assertEquals(row.metrics(), back.metrics());
        assertEquals(row.series(), back.series());
        assertEquals(row.provenance(), back.provenance());
        assertEquals(row.axes().toString(), back.axes().toString());
        assertEquals(Json.write(row), Json.write(back));
    }

    @Test
    void rowReadBackMakesTheTableOfTheRowThatWasWritten() {
        Row row = Rows.of(1, "resnet_micro", 0.1, 3, 50);
        store.put(row);
        assertEquals(
                Tables.of("t", List.of(row)).print(),
                Tables.of("t", List.of(store.find(row.id()).orElseThrow())).print());
    }

    @Test
    void unknownIdIsNothing() {
        assertEquals(Optional.empty(), store.find("0123456789abcdef"));
    }

    @Test
    void halfWrittenFileCountsAsNotFinished() throws IOException {
        Row row = Rows.of(1, "resnet_micro", 0.1, 3, 50);
        store.put(row);
        Path file = store.folder().resolve(row.id() + ".json");
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length += 7) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertEquals(Optional.empty(), store.find(row.id()), length + " bytes");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "{}", "[]", "\u0000\u0000\u0000\u0000", "{\"id\":\"0000000000000001\"}", "<html>"})
    void corruptFileCountsAsNotFinished(String content) throws IOException {
        Files.writeString(store.folder().resolve("0000000000000001.json"), content);
        assertEquals(Optional.empty(), store.find("0000000000000001"));
        assertEquals(List.of(), store.all());
    }

    @ParameterizedTest
    @ValueSource(strings = {"50.0>99.9", "resnet_micro>vit_micro", "\"OK\">\"DIVERGED\""})
    void rowThatWasChangedCountsAsNotFinished(String change) throws IOException {
        Row row = Rows.of(1, "resnet_micro", 0.1, 3, 50);
        store.put(row);
        Path file = store.folder().resolve(row.id() + ".json");
        String[] parts = change.split(">", 2);
        String changed = Files.readString(file).replace(parts[0], parts[1]);
        assertTrue(!changed.equals(Files.readString(file)), changed);
        Files.writeString(file, changed);
        assertEquals(Optional.empty(), store.find(row.id()));
        assertEquals(List.of(), store.all());
    }

    /** A pipe would hang, /dev/zero would fill the memory. */
    @Test
    void whatIsNoFileCountsAsNotFinished() throws Exception {
        Files.createSymbolicLink(store.folder().resolve("0000000000000001.json"), Path.of("/dev/zero"));
        Files.createDirectory(store.folder().resolve("0000000000000002.json"));
        String pipe = store.folder().resolve("0000000000000003.json").toString();
        assertEquals(0, new ProcessBuilder("mkfifo", pipe).start().waitFor());
        assertEquals(List.of(), store.all());
        assertEquals(Optional.empty(), store.find("0000000000000003"));
    }

    @Test
    void bytesThatAreNoTextCountAsNotFinished() throws IOException {
        Files.write(store.folder().resolve("0000000000000001.json"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        assertEquals(Optional.empty(), store.find("0000000000000001"));
        assertEquals(List.of(), store.all());
    }

    @Test
    void allRowsComeInOrderOfId() throws IOException {
        store.put(Rows.of(3, "c", 0.1, 0, 1));
        store.put(Rows.of(1, "a", 0.1, 0, 1));
        store.put(Rows.of(2, "b", 0.1, 0, 1));
        Files.writeString(store.folder().resolve("bocb.csv"), "not a row");
        Files.createDirectory(store.folder().resolve("logs"));
        assertEquals(
                List.of("0000000000000001", "0000000000000002", "0000000000000003"),
                store.all().stream().map(Row::id).toList());
    }

    @Test
    void writingLeavesNoTemporaryFile() throws IOException {
        store.put(Rows.of(1, "a", 0.1, 0, 1));
        store.put(Rows.of(1, "a", 0.1, 0, 2));
        try (Stream<Path> files = Files.list(store.folder())) {
            assertEquals(
                    List.of("0000000000000001.json"),
                    files.map(f -> f.getFileName().toString()).toList());
        }
        assertEquals(2, store.find("0000000000000001").orElseThrow().metrics().get("val_top1"));
    }

    @Test
    void folderThatCannotBeWrittenIsNamed() throws IOException {
        Path file = Files.write(folder.resolve("file"), "x".getBytes(StandardCharsets.UTF_8));
        String message = assertThrows(IllegalArgumentException.class, () -> new RowStore(file.resolve("below")))
                .getMessage();
        assertTrue(message.contains(file.toString()) && message.contains("writable"), message);
    }

    @Test
    void rowWithoutACountOfUpdatesThatAreNotFiniteHadNone() {
        String old = Json.write(Rows.of(1, "resnet_micro", 0.1, 0, 50)).replaceAll("\"nonfinite_updates\":0.0,", "");
        assertTrue(!old.contains("nonfinite"), old);
        assertEquals(0, Json.read(old, Row.class, "row").metrics().get(Row.NON_FINITE));
    }

    /** A row that counted as damaged would be trained again without a word. */
    @Test
    void rowOfALaterVersionIsReadWithoutWhatIsNotKnown() throws IOException {
        Row row = Rows.of(1, "a", 0.1, 0, 1);
        String later = Json.write(row).replaceFirst("\\{", "{\"aFieldToCome\":[1],");
        Files.writeString(store.folder().resolve("0000000000000001.json"), Seal.on(later));
        assertEquals(Json.write(row), Json.write(store.find("0000000000000001").orElseThrow()));
    }
}
