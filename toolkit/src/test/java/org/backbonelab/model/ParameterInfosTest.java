package org.backbonelab.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.backbonelab.layer.ParameterInfo;
import org.backbonelab.layer.Role;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What parameters are, in every family: nothing is guessed from a name, so each family must say it right. */
class ParameterInfosTest {
    private static final int CLASSES = 17;
    /** Roles of scalars and vectors, and of nothing else: decay exempts them all. */
    private static final Set<Role> VECTORS = Set.of(Role.BIAS, Role.NORM, Role.SCALE, Role.GAIN, Role.STATISTIC);

    static Set<String> names() {
        return Backbones.names();
    }

    /** All that have more than a classifier. */
    static List<String> deep() {
        return names().stream().filter(name -> !name.equals("linear")).toList();
    }

    private static Backbone create(String name) {
        return Backbones.create(name, new ImageSpec(3, 224, CLASSES), 0);
    }

    @ParameterizedTest
    @MethodSource("names")
    void rolesFitShapes(String name) {
        Backbone model = create(name);
        Map<String, ParameterInfo> infos = model.parameterInfos();
        assertEquals(
                List.copyOf(model.namedParameters().keySet()),
                infos.keySet().stream().toList());
        Map<String, Shape> stored = model.storedShapes();
        Set<String> trained = model.trainedParameters().keySet();
        infos.forEach((key, info) -> {
            int rank = info.shape().dimension();
            assertEquals(rank < 2, VECTORS.contains(info.role()), key + ": " + info);
            assertEquals(stored.get(key).size(), info.shape().size(), key);
            assertEquals(!trained.contains(key), info.role() == Role.STATISTIC, key + ": " + info);
        });
    }

    /** The first weight that is declared is that of the layer that sees the images: Muon leaves it to AdamW. */
    @ParameterizedTest
    @MethodSource("deep")
    void firstWeightSeesTheImages(String name) {
        ParameterInfo first = create(name).parameterInfos().values().stream()
                .filter(info -> info.role() == Role.WEIGHT)
                .findFirst()
                .orElseThrow();
        assertEquals(4, first.shape().dimension(), first.toString());
        assertEquals(3, first.shape().get(1), first.toString());
    }

    /** The classifier's weight is the one matrix whose rows are classes, and stands after all blocks. */
    @ParameterizedTest
    @MethodSource("names")
    void oneWeightIsTheClassifiers(String name) {
        Backbone model = create(name);
        Map<String, ParameterInfo> infos = model.parameterInfos();
        Map<String, ParameterInfo> others =
                Backbones.create(name, new ImageSpec(3, 224, CLASSES + 1), 0).parameterInfos();
        List<String> found = infos.keySet().stream()
                .filter(key -> infos.get(key).role() == Role.CLASSIFIER)
                .toList();
        List<String> ofClasses = infos.keySet().stream()
                .filter(key -> !infos.get(key).shape().equals(others.get(key).shape()))
                .filter(key -> infos.get(key).shape().dimension() == 2)
                .toList();
        assertEquals(1, found.size(), found.toString());
        assertEquals(ofClasses, found);
        ParameterInfo classifier = infos.get(found.get(0));
        assertEquals(CLASSES, classifier.shape().get(0));
        assertEquals(model.headBlock(), classifier.block());
    }

    static Stream<String> counts() {
        return Stream.of(
                "resnet_micro weight 9 norm 9 bias 10 classifier 1",
                "vit_micro weight 17 norm 9 bias 27 token 1 position 1 classifier 1",
                "swin_micro weight 18 norm 11 bias 29 position 4 classifier 1",
                "convnext_micro weight 14 norm 7 bias 22 scale 4 classifier 1",
                "convnextv2_micro weight 14 norm 11 bias 26 classifier 1",
                "nfnet_micro_w16 weight 23 gain 17 bias 24 scale 3 classifier 1",
                "caformer_micro weight 21 norm 13 bias 12 scale 9 classifier 1",
                "unireplknet_micro weight 26 norm 20 bias 36 scale 4 classifier 1",
                "transnext_micro weight 30 norm 14 bias 49 token 4 position 2 position_network 8 temperature 4"
                        + " classifier 1");
    }

    /** Counted by hand from the papers' figures. */
    @ParameterizedTest
    @MethodSource("counts")
    void everyRoleIsThereAsOftenAsTheFamilyHasIt(String line) {
        String[] words = line.split(" ", -1);
        Map<String, Long> expected = new TreeMap<>();
        for (int i = 1; i < words.length; i += 2) {
            expected.put(words[i], Long.valueOf(words[i + 1]));
        }
        Map<String, Long> found = create(words[0]).parameterInfos().values().stream()
                .filter(info -> info.role() != Role.STATISTIC)
                .collect(Collectors.groupingBy(
                        info -> info.role().name().toLowerCase(Locale.ROOT), TreeMap::new, Collectors.counting()));
        assertEquals(expected, found);
    }

    /**
     * Layers as the released fine-tuning code of BEiT (ViT) and ConvNeXt V2 numbers them, and as timm does those of ResNet
     * and RepVGG; what leads from one stage to the next belongs to the block after it.
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "vit_micro; cls_token 0 pos_embed 0 patch_embed 0 blocks.0 1 blocks.1 2 blocks.2 3 blocks.3 4 norm 5 head 5",
                "vit_tiny_patch16; cls_token 0 pos_embed 0 patch_embed 0 blocks.0 1 blocks.1 2 blocks.2 3 blocks.3 4"
                        + " blocks.4 5 blocks.5 6 blocks.6 7 blocks.7 8 blocks.8 9 blocks.9 10 blocks.10 11 blocks.11 12"
                        + " norm 13 head 13",
                "mixer_micro; stem 0 blocks.0 1 blocks.1 2 blocks.2 3 blocks.3 4 norm 5 head 5",
                "convnextv2_micro; stem 1 stages.0.blocks.0 1 stages.0.blocks.1 2 stages.1.downsample 3"
                        + " stages.1.blocks.0 3 stages.1.blocks.1 4 head 5",
                "hybrid_resnet_micro; stem 1 stages.0.blocks.0 1 stages.0.blocks.1 2 stages.1.downsample 3"
                        + " stages.1.blocks.0 3 stages.1.blocks.1 4 head 5",
                "caformer_micro; stem 1 stages.0.blocks.0 1 stages.1.downsample 2 stages.1.blocks.0 2"
                        + " stages.2.downsample 3 stages.2.blocks.0 3 stages.2.blocks.1 4 head 5",
                "resnet_micro; conv1 0 bn1 0 layer1.0 1 layer2.0 2 layer3.0 3 fc 4",
                "repvgg_micro; stem 0 stages.0.0 1 stages.0.1 2 stages.1.0 3 stages.1.1 4 head 5",
                "nfnet_micro_w16; stem 0 stages.0.0 1 stages.1.0 2 stages.1.1 3 final_conv 4 head 4",
                "mobilenetv2_micro; conv_stem 0 bn1 0 blocks.0.0 1 blocks.1.0 2 blocks.1.1 3 blocks.2.0 4 blocks.2.1 5"
                        + " conv_head 6 bn2 6 classifier 6",
                "swin_micro; patch_embed 0 layers.0.blocks.0 1 layers.0.blocks.1 2 layers.1.downsample 3"
                        + " layers.1.blocks.0 3 layers.1.blocks.1 4 norm 5 head 5",
                "moganet_micro; patch_embed1 0 blocks1.0 1 blocks1.1 2 norm1 3 patch_embed2 3 blocks2.0 3 blocks2.1 4"
                        + " norm2 5 head 5",
                "transnext_micro; patch_embed1 0 block1.0 1 block1.1 2 norm1 3 patch_embed2 3 block2.0 3 block2.1 4"
                        + " norm2 5 head 5",
                "unireplknet_micro; downsample_layers.0 0 stages.0.0 1 stages.0.1 2 downsample_layers.1 3 stages.1.0 3"
                        + " stages.1.1 4 norm 5 head 5",
                "densenet_micro; features 0 classifier 0",
                "vgg13_bn_micro; features 0 pre_logits 0 head 0",
                "alexnet_micro; features 0 classifier 0"
            })
    void blocksAreNumberedInDepth(String name, String expected) {
        String[] words = expected.split(" ", -1);
        create(name).parameterInfos().forEach((key, info) -> {
            int block = -1;
            for (int i = 0; i < words.length; i += 2) {
                if (key.equals(words[i]) || key.startsWith(words[i] + ".")) {
                    block = Integer.parseInt(words[i + 1]);
                }
            }
            assertEquals(block, info.block(), key);
        });
    }
}
