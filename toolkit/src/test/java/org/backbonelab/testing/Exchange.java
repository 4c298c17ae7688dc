package org.backbonelab.testing;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.backbonelab.layer.Pass;
import org.backbonelab.layer.ScaledStdConv;
import org.backbonelab.model.AlexNet;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.ConvNeXt;
import org.backbonelab.model.DenseNet;
import org.backbonelab.model.ImageSpec;
import org.backbonelab.model.MetaFormer;
import org.backbonelab.model.MetaFormer.Mixer;
import org.backbonelab.model.MlpMixer;
import org.backbonelab.model.MobileNet;
import org.backbonelab.model.MogaNet;
import org.backbonelab.model.NfNet;
import org.backbonelab.model.RepVgg;
import org.backbonelab.model.ResNet;
import org.backbonelab.model.Swin;
import org.backbonelab.model.TransNeXt;
import org.backbonelab.model.UniRepLkNet;
import org.backbonelab.model.Vgg;
import org.backbonelab.model.Vit;
import org.backbonelab.model.weights.WeightFile;
import org.backbonelab.tensor.Torch;

/**
 * The tiny networks of {@code make_exchange.py}, and half of {@code environment/exchange.sh}: loads what the references
 * wrote, compares logits, and writes networks of its own for the references to load.
 */
public final class Exchange {
    private static final int CLASSES = 3;
    private static final int BATCH = 2;
    /** Of the range of the logits. */
    private static final double TOLERANCE = 1e-4;

    private static final String LOGITS = "logits.json";
    private static final String OFFICIAL = "convnextv2_official";
    private static final String PRETRAINED = "convnextv2_fcmae";
    private static final Map<String, Function<ImageSpec, Backbone>> ALL = new LinkedHashMap<>();

    static {
        add("alexnet", s -> new AlexNet(s, new AlexNet.Config(List.of(4, 8, 8, 8, 8), 11, 2, 2, 16), 0));
        add("vgg", s -> new Vgg(s, new Vgg.Config(List.of(4, 8), 2, 2, 16), 0));
        for (boolean bottleneck : new boolean[] {false, true}) {
            ResNet.Config config = new ResNet.Config(List.of(64, 4, 4, 8), List.of(0, 1, 1, 1), bottleneck, false);
            add(bottleneck ? "resnet_bottleneck" : "resnet_basic", s -> new ResNet(s, config, 0));
        }
        add("densenet", s -> new DenseNet(s, new DenseNet.Config(8, 4, List.of(1, 2, 1), false), 0));
        for (boolean efficient : new boolean[] {false, true}) {
            List<MobileNet.Stage> stages = List.of(
                    new MobileNet.Stage(1, 8, 1, 1, 3),
                    new MobileNet.Stage(6, 8, 2, 2, 3),
                    new MobileNet.Stage(6, 16, 1, 2, 5));
            MobileNet.Config config = new MobileNet.Config(efficient, 2, 8, stages, 16);
            add(efficient ? "efficientnet" : "mobilenetv2", s -> new MobileNet(s, config, 0));
        }
        for (boolean deployed : new boolean[] {false, true}) {
            RepVgg.Config config = new RepVgg.Config(8, List.of(8, 16), List.of(2, 1), deployed);
            add(deployed ? "repvgg_deployed" : "repvgg", s -> new RepVgg(s, config, 0));
        }

        for (boolean v2 : new boolean[] {false, true}) {
            ConvNeXt.Config config = new ConvNeXt.Config(v2, 4, List.of(4, 8, 8, 8), List.of(1, 1, 1, 1));
            add(v2 ? "convnextv2" : "convnext", s -> new ConvNeXt(s, config, 0));
        }
        add("vit", s -> new Vit(s, new Vit.Config(4, 8, 2, 2), 0));
        add("mixer", s -> new MlpMixer(s, new MlpMixer.Config(4, 8, 2, 4, 32), 0));
        add("swin", s -> new Swin(s, new Swin.Config(2, 8, List.of(2, 2), List.of(2, 4), 4), 0));
        metaformer("poolformerv2", 16, Mixer.POOLING, Mixer.POOLING);
        metaformer("caformer", 32, Mixer.SEPARABLE, Mixer.ATTENTION);

        NfNet.Config nfnet = new NfNet.Config(
                List.of(2, 4, 8, 16),
                List.of(2, 1, 1, 2),
                List.of(16, 32),
                List.of(1, 2),
                8,
                ScaledStdConv.Variant.TIMM);
        add("nfnet", s -> new NfNet(s, nfnet, 0));
        MogaNet.Config moganet =
                new MogaNet.Config(List.of(2, 2), List.of(8, 8, 8, 16), List.of(1, 1, 1, 1), List.of(4, 4, 2, 2));
        add("moganet", s -> new MogaNet(s, moganet, 0));
        List<List<Integer>> kernels = List.of(List.of(3), List.of(7, 3), List.of(9), List.of(5));
        for (boolean deployed : new boolean[] {false, true}) {
            UniRepLkNet.Config config = new UniRepLkNet.Config(List.of(2, 2), List.of(8, 8, 8, 16), kernels, deployed);
            add(deployed ? "unireplknet_deployed" : "unireplknet", s -> new UniRepLkNet(s, config, 0));
        }
        TransNeXt.Config transnext = new TransNeXt.Config(
                4,
                List.of(6, 12, 12, 12),
                List.of(1, 1, 1, 1),
                List.of(1, 2, 2, 2),
                List.of(2, 2, 2, 2),
                List.of(8, 4, 2, 1));
        add("transnext", s -> new TransNeXt(s, transnext, 0));
    }

    private Exchange() {}

    private static void add(String name, Function<ImageSpec, Backbone> build) {
        ALL.put(name, build);
    }

    private static void metaformer(String name, int last, Mixer first, Mixer second) {
        MetaFormer.Config config = new MetaFormer.Config(
                4,
                List.of(4, 8, 12, last),
                List.of(1, 1, 1, 1),
                List.of(first, first, first, second),
                first == Mixer.POOLING);
        add(name, s -> new MetaFormer(s, config, 0));
    }

    /** Returns the names of all networks. */
    public static List<String> names() {
        return List.copyOf(ALL.keySet());
    }

    /** Reads what a folder says of a network: size of the images and logits. */
    public static JsonNode expected(Path folder, String name) throws IOException {
        JsonNode found = new ObjectMapper().readTree(folder.resolve(LOGITS).toFile());
        return found.get("networks").get(name);
    }

    /** Returns a network, initialised. */
    public static Backbone create(NDManager manager, String name, int size) {
        Backbone model = ALL.get(name).apply(new ImageSpec(3, size, CLASSES));
        model.initialize(manager, 7);
        return model;
    }

    /** Returns the logits of the rule's images. */
    public static float[] logits(NDManager manager, Backbone model) {
        int size = model.spec().size();
        Shape shape = new Shape(BATCH, 3, size, size);
        NDArray images = manager.create(Uniform.floats("images", shape.size()), shape);
        return model.apply(images, Pass.evaluation()).toFloatArray();
    }

    /** Returns the largest difference of logits, as a share of their range. */
    public static double difference(JsonNode expected, float[] found) {
        double lowest = Double.POSITIVE_INFINITY;
        double highest = Double.NEGATIVE_INFINITY;
        double difference = expected.size() == found.length ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < found.length; i++) {
            double e = expected.get(i).asDouble();
            lowest = Math.min(lowest, e);
            highest = Math.max(highest, e);
            difference = Math.max(difference, Math.abs(e - found[i]));
        }
        return difference / (highest - lowest);
    }

    /** Tells whether two networks are the same as far as float32 can tell. */
    public static boolean isSmall(double difference) {
        return difference <= TOLERANCE;
    }

    /**
     * Loads what the authors' code of ConvNeXt V2 saves, a network and the sparse encoder that it came from.
     *
     * @return the largest difference of logits, as a share of their range
     * @throws IllegalStateException if the encoder differs from the network's
     */
    public static double official(Path folder) throws IOException {
        JsonNode expected = expected(folder, OFFICIAL);
        ConvNeXt.Config config = new ConvNeXt.Config(true, 4, List.of(4, 6, 8, 10), List.of(1, 1, 2, 1));
        ImageSpec spec = new ImageSpec(3, expected.get("size").asInt(), CLASSES);
        try (NDManager manager = Torch.newManager()) {
            ConvNeXt network = new ConvNeXt(spec, config, 0);
            network.initialize(manager, 7);
            WeightFile.load(network, folder.resolve(OFFICIAL + ".safetensors"));
            ConvNeXt encoder = new ConvNeXt(spec, config, 0);
            encoder.initialize(manager, 7);
            WeightFile.Report report = WeightFile.loadEncoder(encoder, folder.resolve(PRETRAINED + ".safetensors"));
            for (String name : report.loaded()) {
                NDArray dense = network.namedParameters().get(name).getArray();
                NDArray sparse = encoder.namedParameters().get(name).getArray();
                if (!Arrays.equals(dense.toFloatArray(), sparse.toFloatArray())) {
                    throw new IllegalStateException(name + " of the pre-training is another one");
                }
            }
            return difference(expected.get("logits"), logits(manager, network));
        }
    }

    /** Compares with what a folder holds, and writes networks of other weights into another one. */
    public static void main(String[] args) throws IOException {
        Path theirs = Path.of(args[0]);
        Path ours = Path.of(args[1]);
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode networks = mapper.createObjectNode();
        for (String name : names()) {
            JsonNode expected = expected(theirs, name);
            try (NDManager manager = Torch.newManager()) {
                Backbone model = create(manager, name, expected.get("size").asInt());
                // Of a new network much is zero.
                model.namedParameters().forEach((key, p) -> {
                    float[] values = p.getArray().toFloatArray();
                    double[] x = Uniform.values(key, values.length);
                    for (int i = 0; i < values.length; i++) {
                        values[i] += (float) (0.2 * x[i]);
                    }
                    Golden.set(p.getArray(), values);
                });
                WeightFile.save(model, ours.resolve(name + ".safetensors"));
                networks.putObject(name)
                        .put("size", expected.get("size").asInt())
                        .set("logits", mapper.valueToTree(logits(manager, model)));
                WeightFile.Report report = WeightFile.load(model, theirs.resolve(name + ".safetensors"));
                double difference = difference(expected.get("logits"), logits(manager, model));
                System.out.printf(
                        "%-20s %4d tensors loaded by the toolkit, logits differ by %.1e%n",
                        name, report.loaded().size(), difference);
                if (!isSmall(difference)) {
                    throw new IllegalStateException(name + ": more than " + TOLERANCE + " of the range of the logits");
                }
            }
        }
        double difference = official(theirs);
        System.out.printf("%-20s logits differ by %.1e%n", OFFICIAL, difference);
        if (!isSmall(difference)) {
            throw new IllegalStateException(OFFICIAL + ": more than " + TOLERANCE + " of the range of the logits");
        }
        mapper.writeValue(
                ours.resolve(LOGITS).toFile(), mapper.createObjectNode().set("networks", networks));
    }
}
