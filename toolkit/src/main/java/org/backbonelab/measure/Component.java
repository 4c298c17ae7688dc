package org.backbonelab.measure;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.backbonelab.layer.ParameterInfo;
import org.backbonelab.layer.Role;
import org.backbonelab.model.Backbone;

/** A part of a network whose parameters are looked at by themselves (arXiv 2106.01548, table 3). */
enum Component {
    /** What comes before the first block, such as the patch embedding; without tokens and positions. */
    EMBED,
    /** What lets positions see one another: attention, token MLPs; where nothing is there for that alone, every block's first layer. */
    MIXING,
    /** All other linear maps and convolutions of the blocks, with their biases: channel MLPs. */
    MLP,
    /** The first block, with its norms. */
    BLOCK_FIRST,
    /** Block n / 2 of n, rounded up: the sixth of twelve, the second of three. */
    BLOCK_MIDDLE,
    /** The last block, with its norms. */
    BLOCK_LAST,
    /** The last linear map. */
    CLASSIFIER,
    /** Everything that is trained. */
    WHOLE;

    private static final Set<Role> TOKENS = Set.of(Role.TOKEN, Role.POSITION);

    /**
     * Returns the names of the trained parameters that make this part of a network; none where it has no such part.
     *
     * <p>A network without blocks has but a classifier and the whole.
     */
    Set<String> of(Backbone model) {
        Map<String, ParameterInfo> infos = model.parameterInfos();
        infos.keySet().retainAll(model.trainedParameters().keySet());
        List<String> blocks = model.blockNames();
        return switch (this) {
            case EMBED -> embedding(infos, blocks);
            case MIXING -> mixing(infos, blocks, model.mixers());
            case MLP -> {
                Set<String> out = layersWith(Role.WEIGHT, infos);
                out.removeIf(name -> blockOf(name, blocks).isEmpty());
                out.removeAll(mixing(infos, blocks, model.mixers()));
                yield out;
            }
            case BLOCK_FIRST -> within(infos, blocks, 1);
            case BLOCK_MIDDLE -> within(infos, blocks, (blocks.size() + 1) / 2);
            case BLOCK_LAST -> within(infos, blocks, blocks.size());
            case CLASSIFIER -> layersWith(Role.CLASSIFIER, infos);
            case WHOLE -> infos.keySet();
        };
    }

    /** A stem that learns with the first block has that one's number, and stands outside it. */
    private static Set<String> embedding(Map<String, ParameterInfo> infos, List<String> blocks) {
        return infos.keySet().stream()
                .filter(name -> !blocks.isEmpty() && infos.get(name).block() <= 1)
                .filter(name -> blockOf(name, blocks).isEmpty())
                .filter(name -> !TOKENS.contains(infos.get(name).role()))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Set<String> mixing(Map<String, ParameterInfo> infos, List<String> blocks, Set<String> mixers) {
        Set<String> out = new LinkedHashSet<>();
        Set<String> weights = layersWith(Role.WEIGHT, infos);
        for (String block : blocks) {
            Set<String> prefixes =
                    mixers.stream().map(mixer -> block + "." + mixer + ".").collect(Collectors.toSet());
            if (mixers.isEmpty()) {
                weights.stream()
                        .filter(name -> name.startsWith(block + "."))
                        .findFirst()
                        .ifPresent(name -> prefixes.add(layerOf(name) + "."));
            }
            infos.keySet().stream()
                    .filter(name -> prefixes.stream().anyMatch(name::startsWith))
                    .forEach(out::add);
        }
        return out;
    }

    /** Returns the parameters of all layers that have one of this role. */
    private static Set<String> layersWith(Role role, Map<String, ParameterInfo> infos) {
        Set<String> layers = infos.keySet().stream()
                .filter(name -> infos.get(name).role() == role)
                .map(Component::layerOf)
                .collect(Collectors.toSet());
        return infos.keySet().stream()
                .filter(name -> layers.contains(layerOf(name)))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Set<String> within(Map<String, ParameterInfo> infos, List<String> blocks, int number) {
        return infos.keySet().stream()
                .filter(name -> !blocks.isEmpty() && name.startsWith(blocks.get(number - 1) + "."))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Optional<String> blockOf(String parameter, List<String> blocks) {
        return blocks.stream()
                .filter(block -> parameter.startsWith(block + "."))
                .findFirst();
    }

    private static String layerOf(String parameter) {
        return parameter.substring(0, Math.max(0, parameter.lastIndexOf('.')));
    }
}
