package org.backbonelab.recipe;

/**
 * Which member of the SAM family makes the updates; the radius is {@link OptimizationSettings#rho}, and 0 there is the plain step.
 *
 * @param kind the rule
 * @param m images that share a perturbation (m-sharpness), 0 = all of an update; SAM and ASAM only
 * @param eta of ASAM
 * @param rhoMin radius of GSAM at the schedule's floor
 * @param alpha weight of GSAM's perpendicular part, or of LookSAM's direction
 * @param every updates from one double pass of LookSAM to the next
 */
public record Sharpness(Kind kind, int m, double eta, double rhoMin, double alpha, int every) {
    /** Plain SAM, one perturbation an update. */
    public static final Sharpness SAM = new Sharpness(Kind.SAM, 0, 0, 0, 0, 1);

    /** The rules. */
    public enum Kind {
        /** SAM. */
        SAM,
        /** ASAM. */
        ASAM,
        /** GSAM. */
        GSAM,
        /** LookSAM. */
        LOOKSAM
    }

    /** Checks every value; one that the kind does not use must be neutral. */
    public Sharpness {
        require(kind != null, "kind", kind, "SAM, ASAM, GSAM or LOOKSAM");
        boolean chunks = kind == Kind.SAM || kind == Kind.ASAM;
        require(m >= 0 && (m == 0 || chunks), "m", m, "0 (one perturbation an update), or more with SAM or ASAM");
        require(unused(eta, kind == Kind.ASAM), "eta", eta, "a number of 0 or more with ASAM, else 0");
        require(unused(rhoMin, kind == Kind.GSAM), "rhoMin", rhoMin, "0 to rho with GSAM, else 0");
        boolean weighs = kind == Kind.GSAM || kind == Kind.LOOKSAM;
        require(unused(alpha, weighs), "alpha", alpha, "a number of 0 or more with GSAM or LOOKSAM, else 0");
        require(every >= 1 && (every == 1 || kind == Kind.LOOKSAM), "every", every, "1, or more with LOOKSAM");
    }

    private static boolean unused(double value, boolean used) {
        return value == 0 || (used && value > 0 && Double.isFinite(value));
    }

    private static void require(boolean ok, String what, Object value, String expected) {
        if (!ok) {
            throw new IllegalArgumentException("sharpness: " + what + " is " + value + ", expected " + expected);
        }
    }

    /** Returns adaptive SAM; its authors' eta is 0.01, with radii ten times those of SAM. */
    public static Sharpness asam(double eta) {
        return new Sharpness(Kind.ASAM, 0, eta, 0, 0, 1);
    }

    /** Returns surrogate-gap SAM. */
    public static Sharpness gsam(double rhoMin, double alpha) {
        return new Sharpness(Kind.GSAM, 0, 0, rhoMin, alpha, 1);
    }

    /** Returns LookSAM; its authors' setting is every 5 updates with alpha 0.7. */
    public static Sharpness lookSam(int every, double alpha) {
        return new Sharpness(Kind.LOOKSAM, 0, 0, 0, alpha, every);
    }

    /** Returns this rule with a perturbation for every so many images, 0 for one an update. */
    public Sharpness withM(int images) {
        return new Sharpness(kind, images, eta, rhoMin, alpha, every);
    }

    /** Tells whether the first of the two gradients only says where the second is taken. */
    public boolean firstOnlyAscends() {
        return kind == Kind.SAM || kind == Kind.ASAM;
    }

    /** Returns how many forward and backward passes an update makes on average. */
    public double passes() {
        return 1 + 1.0 / every;
    }

    /** Returns the kind and the values that are not neutral: {@code ASAM m 20 eta 0.01}. */
    @Override
    public String toString() {
        return kind
                + (m == 0 ? "" : " m " + m)
                + (eta == 0 ? "" : " eta " + eta)
                + (rhoMin == 0 ? "" : " rhoMin " + rhoMin)
                + (alpha == 0 ? "" : " alpha " + alpha)
                + (every == 1 ? "" : " every " + every);
    }
}
