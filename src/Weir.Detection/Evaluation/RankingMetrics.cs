namespace Weir.Detection.Evaluation;

/// <summary>How well scores tell attacks from the rest, whatever the threshold.</summary>
public static class RankingMetrics
{
    /// <summary>
    /// Area under precision over recall as a sum of steps (scikit-learn's <c>average_precision_score</c>); equal scores count together.
    /// NaN without attacks.
    /// </summary>
    public static double AveragePrecision(ReadOnlySpan<float> scores, ReadOnlySpan<bool> labels)
    {
        var order = Descending(scores);
        var attacks = labels.Count(true);
        var (found, seen, sum, before) = (0, 0, 0.0, 0.0);
        for (var i = 0; i < order.Length; i++)
        {
            seen++;
            if (labels[order[i]]) found++;
            if (i + 1 < order.Length && scores[order[i + 1]] == scores[order[i]]) continue;
            var recall = (double)found / attacks;
            sum += (recall - before) * found / seen;
            before = recall;
        }

        return attacks == 0 ? double.NaN : sum;
    }

    /// <summary>Chance that an attack scores above a benign flow; ties count half. NaN when a class is empty.</summary>
    public static double AreaUnderRoc(ReadOnlySpan<float> scores, ReadOnlySpan<bool> labels)
    {
        var order = Descending(scores);
        double attacks = labels.Count(true), benign = labels.Length - attacks, above = 0, area = 0;
        for (var i = 0; i < order.Length;)
        {
            var (tiedAttacks, tiedBenign, start) = (0, 0, i);
            for (; i < order.Length && scores[order[i]] == scores[order[start]]; i++)
            {
                if (labels[order[i]]) tiedAttacks++;
                else tiedBenign++;
            }

            area += tiedBenign * (above + (tiedAttacks / 2.0));
            above += tiedAttacks;
        }

        return area / (attacks * benign);
    }

    /// <summary>
    /// The least threshold at which at most <paramref name="rate"/> of the benign scores lie at or above it. With n scores no rate below
    /// 1/n can be told from zero: the threshold is then just above the highest of them.
    /// </summary>
    public static float ThresholdFor(ReadOnlySpan<float> benign, double rate)
    {
        if (benign.IsEmpty) return 0.5f;
        var sorted = benign.ToArray();
        Array.Sort(sorted);
        var allowed = (int)Math.Floor(rate * sorted.Length);
        return allowed >= sorted.Length ? 0 : MathF.BitIncrement(sorted[sorted.Length - 1 - allowed]);
    }

    /// <summary>Share of attacks found at the threshold that <see cref="ThresholdFor"/> gives for these very scores.</summary>
    public static double RecallAt(ReadOnlySpan<float> scores, ReadOnlySpan<bool> labels, double falsePositiveRate)
    {
        var benign = new List<float>();
        for (var i = 0; i < scores.Length; i++) if (!labels[i]) benign.Add(scores[i]);
        var threshold = ThresholdFor(benign.ToArray(), falsePositiveRate);
        return Confusion.Of(scores, labels, threshold).Recall;
    }

    private static int[] Descending(ReadOnlySpan<float> scores)
    {
        var keys = scores.ToArray();
        var order = Enumerable.Range(0, keys.Length).ToArray();
        Array.Sort(keys, order);
        Array.Reverse(order);
        return order;
    }
}
