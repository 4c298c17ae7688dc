package org.backbonelab.study;

import ai.djl.engine.Engine;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.backbonelab.results.Provenance;
import org.backbonelab.tensor.Torch;

/** What equal bits depend on besides the cell: code, machine, images. */
final class CellEnvironment {
    private CellEnvironment() {}

    /** Returns it for a cell on this machine, by this code. */
    static Map<String, String> of(Cell cell) {
        String precision = cell.phases().stream()
                .map(r -> r.network().precision().resolve().name().toLowerCase(Locale.ROOT))
                .distinct()
                .collect(Collectors.joining(", "));
        return Provenance.capture(Map.of(
                "data_sha256",
                PhaseImages.checksum(cell),
                "djl",
                Engine.getDjlVersion(),
                "libtorch",
                Torch.version(),
                "device",
                Torch.device().toString(),
                "threads",
                String.valueOf(Torch.threads()),
                "precision",
                precision,
                "seed",
                String.valueOf(cell.seed()),
                Finished.SEMANTICS,
                Semantics.of(cell)));
    }
}
