package org.backbonelab.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.backbonelab.optim.Optimizers;
import org.backbonelab.statistics.TunedValues.TunedValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TunedValuesTest {
    @Test
    void tunedValuesCoverTheTwentyOverSixteenColumns() {
        assertEquals(320, TunedValues.bocb().size());
        for (Optimizers.Entry entry : Optimizers.bocb()) {
            List<TunedValue> values = TunedValues.bocb(entry.name());
            assertEquals(16, values.size(), entry.name());
            values.forEach(v -> assertTrue(v.learningRate() > 0 && v.weightDecay() >= 0, v.toString()));
        }
        assertEquals(List.of(), TunedValues.bocb("sophia_bocb"));
    }

    @ParameterizedTest
    @CsvSource({"sgd, R-50, 0.1, 1e-4", "lars, CNX-T, 0.06, 0", "lamb, AF-12, 5e-3, 0.05", "sophia, MLP-S, 1e-4, 5e-4"})
    void tunedValuesAreThePapers(String optimizer, String backbone, double lr, double decay) {
        assertTrue(TunedValues.bocb().contains(new TunedValue(optimizer, backbone, lr, decay)));
    }
}
