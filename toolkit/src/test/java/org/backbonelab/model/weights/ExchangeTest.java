package org.backbonelab.model.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.backbonelab.model.Backbone;
import org.backbonelab.tensor.Torch;
import org.backbonelab.testing.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A tiny network of every family, written by its reference ({@code make_exchange.py}). */
class ExchangeTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/exchange");

    @TempDir
    private Path folder;

    static List<String> names() {
        return Exchange.names();
    }

    /** What comes back is, tensor by tensor, what the reference wrote: it loads that with {@code strict=True}. */
    @ParameterizedTest
    @MethodSource("names")
    void theReferencesFileGivesItsLogitsAndComesBackUnchanged(String name) throws IOException {
        JsonNode expected = Exchange.expected(GOLDEN, name);
        Path theirs = GOLDEN.resolve(name + ".safetensors");
        Path ours = folder.resolve(name + ".safetensors");
        try (NDManager manager = Torch.newManager()) {
            Backbone model = Exchange.create(manager, name, expected.get("size").asInt());
            assertTrue(WeightFile.load(model, theirs).adapted().isEmpty());
            double difference = Exchange.difference(expected.get("logits"), Exchange.logits(manager, model));
            assertTrue(Exchange.isSmall(difference), () -> "logits differ by " + difference + " of their range");
            WeightFile.save(model, ours);
        }
        Map<String, StoredTensor> written = SafeTensors.read(ours);
        Map<String, StoredTensor> golden = new LinkedHashMap<>(SafeTensors.read(theirs));
        // A counter that nothing reads: PyTorch fills it in.
        golden.keySet().removeIf(key -> key.endsWith(".num_batches_tracked"));
        assertEquals(golden.keySet(), written.keySet());
        golden.forEach((key, tensor) -> {
            assertEquals(tensor.shape(), written.get(key).shape(), key);
            assertArrayEquals(tensor.values().get(), written.get(key).values().get(), key);
        });
    }

    /** Of its pre-training the authors' own code made the dense encoder of the first file. */
    @Test
    void convNeXtV2sOwnFilesGiveItsLogits() throws IOException {
        double difference = Exchange.official(GOLDEN);
        assertTrue(Exchange.isSmall(difference), () -> "logits differ by " + difference + " of their range");
    }
}
