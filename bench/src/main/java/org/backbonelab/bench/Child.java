package org.backbonelab.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The process of one contender: makes a first step, then as many as each line on standard input asks for.
 *
 * <p>Lines out: {@code @first parameters loss}, then {@code @steps loss waited ms:others ms:others ...} for every number
 * that comes in, where waited is the time lost to data so far and others the share of the cores that other processes
 * took. It ends with its input.
 */
public final class Child {
    private Child() {}

    /** Runs the contender {@code args[0]} on the task {@code args[1]} with {@code args[2]} threads. */
    public static void main(String[] args) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Task task = Task.of(args[1]);
        try (Contender contender = Contenders.get(args[0]).open(task, Integer.parseInt(args[2]));
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            double loss = contender.step();
            out.println("@first " + contender.parameters() + " " + loss);
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                StringBuilder times = new StringBuilder();
                for (int i = Integer.parseInt(line.trim()); i > 0; i--) {
                    Load before = Load.now();
                    long start = System.nanoTime();
                    loss = contender.step();
                    double ms = (System.nanoTime() - start) / 1e6;
                    times.append(String.format(
                            Locale.ROOT, " %.3f:%.3f", ms, Load.now().othersSince(before)));
                }
                out.println("@steps " + loss + " " + contender.waitedMs() + times);
            }
        }
    }
}
