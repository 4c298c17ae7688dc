package org.backbonelab.results;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A phase that was trained, kept beside its weights so that cells which begin alike need not train it again.
 *
 * @param key of what decides its weights: network, images, recipes so far, seed
 * @param cell the id of the cell that trained it
 * @param phase its number in that cell, from 0
 * @param weights SHA-256 of the file of its weights; empty before they are written
 * @param trainLoss mean loss of each epoch
 * @param valTop1 of its evaluations, empty where there were none
 * @param valLoss of its evaluations
 * @param images seen
 * @param nonFinite updates whose loss or gradient was NaN or infinite
 * @param provenance code and machine that trained it
 */
public record TrainedPhase(
        String key,
        String cell,
        int phase,
        String weights,
        List<Double> trainLoss,
        List<Double> valTop1,
        List<Double> valLoss,
        double images,
        double nonFinite,
        Map<String, String> provenance) {
    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException if a part is missing
     */
    public TrainedPhase {
        if (key == null || cell == null || weights == null || trainLoss == null || provenance == null) {
            throw new IllegalArgumentException("a trained phase lacks its key, cell, weights, losses or provenance");
        }
        trainLoss = List.copyOf(trainLoss);
        valTop1 = valTop1 == null ? List.of() : List.copyOf(valTop1);
        valLoss = valLoss == null ? List.of() : List.copyOf(valLoss);
        provenance = new TreeMap<>(provenance);
    }

    /** Returns this phase with the hash of its weights, once they are written. */
    public TrainedPhase withWeights(String sha256) {
        return new TrainedPhase(key, cell, phase, sha256, trainLoss, valTop1, valLoss, images, nonFinite, provenance);
    }
}
