namespace Weir.Detection.Evaluation;

/// <summary>What a threshold makes of labelled flows.</summary>
public readonly record struct Confusion(int TruePositives, int FalsePositives, int TrueNegatives, int FalseNegatives)
{
    public double Precision => Ratio(TruePositives, TruePositives + FalsePositives);

    public double Recall => Ratio(TruePositives, TruePositives + FalseNegatives);

    public double FalsePositiveRate => Ratio(FalsePositives, FalsePositives + TrueNegatives);

    public double Accuracy => Ratio(TruePositives + TrueNegatives, TruePositives + TrueNegatives + FalsePositives + FalseNegatives);

    /// <summary>F1 of the attacks.</summary>
    public double F1 => Ratio(2 * TruePositives, (2 * TruePositives) + FalsePositives + FalseNegatives);

    /// <summary>Mean of the F1 of attacks and the F1 of benign flows.</summary>
    public double MacroF1 => (F1 + Ratio(2 * TrueNegatives, (2 * TrueNegatives) + FalsePositives + FalseNegatives)) / 2;

    /// <summary>Precision if attacks were the given share of all flows.</summary>
    public double PrecisionAt(double prevalence)
    {
        var (hits, alarms) = (Recall * prevalence, FalsePositiveRate * (1 - prevalence));
        return hits + alarms == 0 ? 0 : hits / (hits + alarms);
    }

    public static Confusion Of(ReadOnlySpan<float> scores, ReadOnlySpan<bool> labels, float threshold)
    {
        var (hits, alarms, quiet, missed) = (0, 0, 0, 0);
        for (var i = 0; i < scores.Length; i++)
        {
            var flagged = scores[i] >= threshold;
            if (labels[i]) _ = flagged ? hits++ : missed++;
            else _ = flagged ? alarms++ : quiet++;
        }

        return new Confusion(hits, alarms, quiet, missed);
    }

    private static double Ratio(double part, double whole) => whole == 0 ? 0 : part / whole;
}
