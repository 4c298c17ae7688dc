package org.backbonelab.data.augment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import org.backbonelab.data.Batch;
import org.backbonelab.data.Batches;
import org.backbonelab.data.Dataset;
import org.backbonelab.data.ImageSource;
import org.backbonelab.data.augment.RandAugment.Operation;
import org.backbonelab.io.Sha256;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every byte equals PIL's, every mixed number torch's: golden file of {@code src/test/golden/make_image_golden.py}. */
class ImageGoldenTest {
    private static final int[] FILL = {114, 123, 125};
    private static JsonNode golden;

    @BeforeAll
    static void load() throws IOException {
        try (InputStream in = ImageGoldenTest.class.getResourceAsStream("/golden/images.json")) {
            golden = new ObjectMapper().readTree(in);
        }
        assertEquals("PIL", golden.at("/reference/name").asText());
    }

    /** The rule of the script. */
    private static Pixels image(int channels, int height, int width, double phase, int low, int high) {
        Pixels out = new Pixels().reshape(channels, height, width);
        for (long i = 0; i < out.length(); i++) {
            double v = Math.rint(low + (high - low) * (0.5 + 0.5 * Math.sin(phase + 0.37 * i * i / 97)));
            out.data()[(int) i] = (byte) v;
        }
        return out;
    }

    private static Pixels image(JsonNode row, double phase) {
        int channels = row.has("channels") ? row.get("channels").asInt() : 3;
        return image(channels, row.get("height").asInt(), row.get("width").asInt(), phase, 0, 255);
    }

    private static String hash(Pixels image) {
        byte[] exact = Arrays.copyOf(image.data(), image.length());
        return HexFormat.of().formatHex(Sha256.digest().digest(exact)).substring(0, 16);
    }

    @Test
    void operationsOfRandAugment() {
        int count = 0;
        for (JsonNode row : golden.get("operations")) {
            for (JsonNode c : row.get("cases")) {
                Pixels image = image(
                        row.get("channels").asInt(),
                        row.get("height").asInt(),
                        row.get("width").asInt(),
                        1,
                        row.get("low").asInt(),
                        row.get("high").asInt());
                Pixels other = new Pixels();
                Operation operation = Operation.valueOf(c.get(0).asText());
                Interpolation how = Interpolation.valueOf(c.get(2).asText());
                boolean moved = RandAugment.apply(operation, c.get(1).asDouble(), image, other, FILL, how);
                assertEquals(
                        c.get(3).asText(),
                        hash(moved ? other : image),
                        () -> c + " of an image of " + row.get("channels") + "x" + row.get("height") + "x"
                                + row.get("width"));
                count++;
            }
        }
        assertTrue(count > 500, count + " cases");
    }

    @Test
    void imagesOfOneOrTwoValues() {
        for (JsonNode row : golden.get("flat")) {
            Pixels image = new Pixels().reshape(1, 16, 48);
            for (int i = 0; i < image.length(); i++) {
                image.data()[i] = (byte) row.get("values").get(i % 48 / 24).asInt();
            }
            RandAugment.apply(
                    Operation.valueOf(row.get("operation").asText()),
                    0,
                    image,
                    new Pixels(),
                    FILL,
                    Interpolation.BICUBIC);
            assertEquals(row.get("out").asText(), hash(image), row::toString);
        }
    }

    @Test
    void resizedCrops() {
        Resize resize = new Resize();
        for (JsonNode row : golden.get("resized")) {
            Pixels image = image(row, 0.3);
            JsonNode b = row.get("box");
            Pixels out = new Pixels()
                    .reshape(
                            image.channels(),
                            row.get("size").get(1).asInt(),
                            row.get("size").get(0).asInt());
            Crops.Box box = new Crops.Box(
                    b.get(0).asInt(),
                    b.get(1).asInt(),
                    b.get(2).asInt(),
                    b.get(3).asInt());
            resize.apply(image, box, out, Interpolation.valueOf(row.get("how").asText()));
            assertEquals(row.get("out").asText(), hash(out), row::toString);
        }
    }

    /** The table of normalised values is undone, which leaves the bytes. */
    @Test
    void centresThatEvaluationSees() {
        for (JsonNode row : golden.get("centred")) {
            Pixels image = image(row, 0.7);
            int size = row.get("size").asInt();
            OneImage source = new OneImage(image, size, row.get("ratio").asDouble());
            Dataset dataset = new Dataset("one", source, source, new float[3], new float[] {1, 1, 1}, "");
            Batch batch = Batches.inOrder(dataset, source, 1).get(0);
            Pixels out = new Pixels().reshape(3, size, size);
            for (int i = 0; i < out.length(); i++) {
                out.data()[i] = (byte) Math.round(batch.pixels()[i] * 255);
            }
            assertEquals(row.get("out").asText(), hash(out), row::toString);
        }
    }

    private record OneImage(Pixels image, int size, double cropRatio) implements ImageSource {
        @Override
        public int count() {
            return 1;
        }

        @Override
        public int label(int index) {
            return 0;
        }

        @Override
        public int classes() {
            return 1;
        }

        @Override
        public int channels() {
            return image.channels();
        }

        @Override
        public void read(int index, Pixels into) {
            into.reshape(image.channels(), image.height(), image.width());
            System.arraycopy(image.data(), 0, into.data(), 0, image.length());
        }
    }

    @Test
    void mixupAndCutmix() {
        for (JsonNode row : golden.get("mixed")) {
            float[] pixels = new float[4 * 2 * 5 * 5];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (float) Math.sin(0.37 * i * i);
            }
            Planes batch = new Planes(pixels, 4, 2, 5);
            int[] labels = {2, 0, 1, 2};
            double lambda = row.get("lambda").asDouble();
            float[] targets = row.get("kind").asText().equals("mixup")
                    ? Mixing.mixup(batch, labels, 3, lambda)
                    : Mixing.cutmix(
                            batch,
                            labels,
                            3,
                            Mixing.box(
                                    5,
                                    lambda,
                                    row.get("centre").get(0).asInt(),
                                    row.get("centre").get(1).asInt()));
            // A sine may differ in its last bit between the two languages.
            assertNear(row.get("pixels"), pixels, row);
            assertNear(row.get("targets"), targets, row);
        }
    }

    private static void assertNear(JsonNode expected, float[] found, JsonNode row) {
        assertEquals(expected.size(), found.length);
        for (int i = 0; i < found.length; i++) {
            assertEquals(expected.get(i).asDouble(), found[i], 1e-6, row.get("kind") + " value " + i);
        }
    }
}
