package org.backbonelab.model;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Which names of the list a filter means; see {@link Backbones#names(String)}. */
final class Selection {
    /** Group (a) of BOCB (arXiv 2410.06373, table A1): the first networks, without stages. */
    private static final List<String> PRIMARY = List.of("alexnet", "vgg13_bn");
    /** Group (b): networks of stages, whose blocks are convolutions. */
    private static final List<String> CLASSICAL =
            List.of("resnet50", "densenet121", "mobilenetv2_100", "efficientnet_b0", "repvgg_a1");
    /** Group (c): networks whose blocks mix positions and channels one after the other. */
    private static final List<String> MODERN = List.of(
            "deit_small_patch16",
            "mixer_s16",
            "swin_tiny_patch4_window7",
            "convnext_tiny",
            "convnextv2_tiny",
            "moganet_small",
            "unireplknet_t",
            "transnext_tiny",
            "identityformer_s12",
            "poolformerv2_s12",
            "convformer_s12",
            "attentionformer_s12",
            "caformer_s12");

    private static final List<String> BOCB =
            Stream.of(PRIMARY, CLASSICAL, MODERN).flatMap(List::stream).toList();
    /** Those that the study gave images of 32 pixels; the others saw CIFAR's enlarged to 224. */
    private static final Set<String> SMALL_IMAGES =
            Set.of("resnet50", "densenet121", "convnext_tiny", "convnextv2_tiny", "moganet_small");

    /** Whose norms and classifier in the study's code are not those of their paper. */
    private static final Set<String> OTHER_FORM = Set.of("identityformer_s12", "poolformerv2_s12");

    private static final Map<String, List<String>> GROUPS = Map.of(
            "bocb",
            BOCB,
            "bocb_a",
            PRIMARY,
            "bocb_b",
            CLASSICAL,
            "bocb_c",
            MODERN,
            "bocb_cifar",
            BOCB.stream().map(Selection::onCifar).toList());

    private Selection() {}

    private static String onCifar(String name) {
        if (OTHER_FORM.contains(name)) {
            return name + "_bocb";
        }
        return SMALL_IMAGES.contains(name) ? name + "_cifar" : name;
    }

    /**
     * Returns the names that a filter means.
     *
     * @param families of all names, in the order of the list
     */
    static List<String> of(String filter, Map<String, String> families) {
        if (GROUPS.containsKey(filter)) {
            return GROUPS.get(filter);
        }
        Pattern glob = Pattern.compile(
                "\\Q" + filter.replace("\\E", "").replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q") + "\\E");
        List<String> out = families.keySet().stream()
                .filter(n -> families.get(n).equals(filter) || glob.matcher(n).matches())
                .toList();
        if (out.isEmpty()) {
            throw new IllegalArgumentException("no backbone fits \"" + filter + "\"; expected a family ("
                    + String.join(", ", new LinkedHashSet<>(families.values())) + "), a group ("
                    + String.join(", ", GROUPS.keySet().stream().sorted().toList())
                    + "), or a name in which * stands for any characters and ? for one, such as resnet*_cifar");
        }
        return out;
    }
}
