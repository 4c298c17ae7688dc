package org.backbonelab.measure;

import java.util.List;
import org.backbonelab.study.Measure;

/** The list of measures: what a worker process can take. */
public final class Measures {
    private Measures() {}

    /** Returns all measures. */
    public static List<Measure> all() {
        return List.of(
                FeatureDistance.overDepth(),
                Reconstructions.pictures(),
                ClassSelectivity.overDepth(),
                ActivationMaps.pictures(),
                Hessian.topEigenvalue(),
                SpectralDensity.measure(),
                ComponentHessians.measure(),
                Flatness.measure(),
                Norms.measure(),
                LossSurface.grid(),
                ActiveNeurons.overDepth(),
                Attacks.accuracy(),
                AttentionMaps.lastBlock(),
                BranchGains.overDepth(),
                Spectra.overDepth(),
                CorruptionAccuracy.top1());
    }
}
