package org.backbonelab.model.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.ConvNeXt;
import org.backbonelab.tensor.Kernels;
import org.backbonelab.tensor.Torch;

/**
 * Exchanges the weights of a backbone with timm and the papers' authors.
 *
 * <p>A file is safetensors or, by its name, npz. Names are timm's; those of the authors' own releases are translated.
 * A first convolution for another number of channels and position embeddings of another image size are adapted as timm
 * does.
 */
public final class WeightFile {
    /** Where ConvNeXt has its final norm and its classifier. */
    private static final String HEAD = "head.";

    private WeightFile() {}

    /**
     * What a file and a network had in common.
     *
     * @param loaded names with equal shapes, or shapes that differ by axes of length 1
     * @param adapted names whose values were made to fit
     * @param missing names of the network that the file lacks
     * @param unexpected names of the file that the network lacks
     * @param misshaped name and both shapes
     * @param dropped names of the file that {@link #loadEncoder} has no use for: the decoder of a pre-training
     */
    public record Report(
            List<String> loaded,
            List<String> adapted,
            List<String> missing,
            List<String> unexpected,
            List<String> misshaped,
            List<String> dropped) {
        /** Tells whether every parameter of the network has its values from the file, and the file has no others. */
        public boolean complete() {
            return missing.isEmpty() && unexpected.isEmpty() && misshaped.isEmpty();
        }

        @Override
        public String toString() {
            return loaded.size() + " loaded, " + adapted.size() + " adapted " + some(adapted) + ", " + missing.size()
                    + " missing " + some(missing) + ", " + unexpected.size() + " unexpected " + some(unexpected) + ", "
                    + misshaped.size() + " misshaped " + some(misshaped)
                    + (dropped.isEmpty() ? "" : ", " + dropped.size() + " dropped " + some(dropped));
        }

        private static String some(List<String> names) {
            int most = 5;
            return names.size() <= most ? names.toString() : names.subList(0, most) + " and more";
        }
    }

    /**
     * Loads a file that must fit.
     *
     * @param model initialised
     * @throws WeightException if the file cannot be read, or a name is missing, unexpected or mis-shaped; the network is
     *     unchanged then
     */
    public static Report load(Backbone model, Path file) {
        Map<String, StoredTensor> tensors = read(file);
        Plan plan = new Plan(model, tensors);
        Report report = plan.report();
        if (!report.complete()) {
            boolean headless = tensors.keySet().stream().noneMatch(name -> name.startsWith(HEAD));
            throw new WeightException(file + " does not fit the network: " + report
                    + "; choose another network or image spec, or load what fits by loadMatching"
                    + (model instanceof ConvNeXt && headless
                            ? ", or by loadEncoder if this is a pre-training, which has no classifier"
                            : ""));
        }
        return plan.load(model);
    }

    /**
     * Loads the encoder of a pre-training without labels (FCMAE of ConvNeXt V2), for fine-tuning.
     *
     * <p>A file is one of the authors' code, as it was saved, sparse or dense, or timm's. Final norm and classifier stay as
     * they were initialised where the file has none, and the report has them in {@code missing}; the decoder is left out,
     * and the report has it in {@code dropped}.
     *
     * @param model initialised
     * @throws WeightException if the file cannot be read, or all but the head does not fit; the network is unchanged then
     */
    public static Report loadEncoder(ConvNeXt model, Path file) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>(read(file));
        List<String> dropped =
                tensors.keySet().stream().filter(ConvNeXtNames::isDecoder).toList();
        tensors.keySet().removeAll(dropped);
        Plan plan = new Plan(model, tensors);
        plan.dropped.addAll(dropped);
        Report report = plan.report();
        boolean whole = report.missing().stream().allMatch(name -> name.startsWith(HEAD));
        if (!whole || !report.unexpected().isEmpty() || !report.misshaped().isEmpty()) {
            throw new WeightException(file + " does not fit the encoder of the network: " + report
                    + "; choose the network that was pre-trained, or load what fits by loadMatching");
        }
        return plan.load(model);
    }

    /**
     * Loads what fits, such as all but the classifier, and tells the rest.
     *
     * @param model initialised
     * @throws WeightException if the file cannot be read
     */
    public static Report loadMatching(Backbone model, Path file) {
        return new Plan(model, read(file)).load(model);
    }

    /**
     * Reads a file's tensors by timm's names.
     *
     * @throws WeightException if the file cannot be read
     */
    public static Map<String, StoredTensor> read(Path file) {
        boolean npz = file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".npz");
        return ForeignNames.toTimm(npz ? Npz.read(file) : SafeTensors.read(file));
    }

    /**
     * Writes all parameters and buffers as safetensors, which timm loads with {@code strict=True}.
     *
     * @param model initialised
     * @throws WeightException if the file cannot be written
     */
    public static void save(Backbone model, Path file) {
        Map<String, Shape> shapes = model.storedShapes();
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        model.namedParameters()
                .forEach((name, p) -> tensors.put(name, new StoredTensor(shapes.get(name), () -> p.getArray()
                        .toFloatArray())));
        SafeTensors.write(file, tensors);
    }

    /** What goes where; nothing is read before {@link #values} are asked for. */
    private static final class Plan {
        private final Map<String, StoredTensor> values = new LinkedHashMap<>();
        private final List<String> loaded = new ArrayList<>();
        private final List<String> adapted = new ArrayList<>();
        private final List<String> missing = new ArrayList<>();
        private final List<String> unexpected = new ArrayList<>();
        private final List<String> misshaped = new ArrayList<>();
        private final List<String> dropped = new ArrayList<>();

        Plan(Backbone model, Map<String, StoredTensor> tensors) {
            Map<String, Shape> shapes = model.storedShapes();
            String first = Adaptation.firstConvolution(shapes);
            shapes.forEach((name, shape) -> {
                StoredTensor tensor = tensors.get(name);
                if (tensor == null) {
                    missing.add(name);
                } else if (StoredTensor.sameButForOnes(tensor.shape(), shape)) {
                    values.put(name, tensor);
                    loaded.add(name);
                } else {
                    StoredTensor fitted = Adaptation.fit(name, tensor, shape, name.equals(first));
                    if (fitted == null) {
                        misshaped.add(name + " " + tensor.shape() + " for " + shape);
                    } else {
                        values.put(name, fitted);
                        adapted.add(name);
                    }
                }
            });
            tensors.keySet().stream()
                    // A counter that nothing reads.
                    .filter(name -> !shapes.containsKey(name) && !name.endsWith(".num_batches_tracked"))
                    .forEach(unexpected::add);
        }

        Report load(Backbone model) {
            Map<String, Parameter> parameters = model.namedParameters();
            values.forEach((name, tensor) -> {
                NDArray target = parameters.get(name).getArray();
                Torch.withoutGradients(() -> {
                    float[] numbers = tensor.values().get();
                    try (NDArray source = Torch.array(target.getManager(), numbers, target.getShape())) {
                        Kernels.assign(target, source);
                    }
                    return null;
                });
            });
            return report();
        }

        Report report() {
            return new Report(
                    List.copyOf(loaded),
                    List.copyOf(adapted),
                    List.copyOf(missing),
                    List.copyOf(unexpected),
                    List.copyOf(misshaped),
                    List.copyOf(dropped));
        }
    }
}
