package org.backbonelab.train.step;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Set;
import org.backbonelab.layer.ParameterInfo;
import org.backbonelab.model.Backbone;
import org.backbonelab.model.Backbones;
import org.backbonelab.model.ImageSpec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AsamTest {
    static Set<String> backbones() {
        return Backbones.names();
    }

    /**
     * The authors find the adaptive by {@code weight} in the name. Roles say the same of every family but two, where weights
     * are called otherwise: GRN's in UniRepLKNet, and the kernels over a position's neighbours in TransNeXt.
     */
    @ParameterizedTest
    @MethodSource("backbones")
    void weightsAreMeasuredInUnitsOfThemselves(String name) {
        Backbone model = Backbones.create(name, new ImageSpec(3, 224, 10), 0);
        Map<String, ParameterInfo> infos = model.parameterInfos();
        model.trainedParameters().keySet().forEach(key -> {
            boolean calledOtherwise = key.endsWith(".act.1.gamma")
                    || key.endsWith(".learnable_tokens")
                    || key.endsWith(".learnable_bias");
            assertEquals(
                    key.contains("weight") || calledOtherwise,
                    Asam.isAdaptive(infos.get(key).role()),
                    key);
        });
    }
}
