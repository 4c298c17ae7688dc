package org.backbonelab.study;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.backbonelab.model.weights.SafeTensors;
import org.backbonelab.model.weights.StoredTensor;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Torch;

/** The arrays of a network after a phase of its training, as safetensors in the results folder. */
final class CellWeights {
    private CellWeights() {}

    /** Writes all arrays of an objective. */
    static void save(Map<String, Parameter> state, Path file) {
        try {
            Files.createDirectories(file.getParent());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + "; expected a writable folder", e);
        }
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        state.forEach(
                (name, p) -> tensors.put(name, new StoredTensor(p.getArray().getShape(), () -> p.getArray()
                        .toFloatArray())));
        SafeTensors.write(file, tensors);
    }

    /**
     * Gives an objective's arrays the values of a file.
     *
     * @throws IllegalArgumentException if the file has not exactly these arrays
     */
    static void load(Map<String, Parameter> state, Path file) {
        Map<String, StoredTensor> tensors = SafeTensors.read(file);
        if (!tensors.keySet().equals(state.keySet())) {
            throw new IllegalArgumentException(file + ": has the weights of another network; delete it");
        }
        Torch.withoutGradients(() -> {
            state.forEach((name, p) -> {
                NDArray array = p.getArray();
                StoredTensor stored = tensors.get(name);
                if (!stored.shape().equals(array.getShape())) {
                    throw new IllegalArgumentException(
                            file + ": " + name + " has the shape " + stored.shape() + ", expected " + array.getShape());
                }
                try (NDArray values =
                        Torch.array(array.getManager(), stored.values().get(), stored.shape())) {
                    Kernels.assign(array, values);
                }
            });
            return null;
        });
    }
}
