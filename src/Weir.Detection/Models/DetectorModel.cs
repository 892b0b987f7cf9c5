using System.Globalization;
using Weir.Detection.Features;
using Weir.Detection.Onnx;
using Weir.Detection.Training;

namespace Weir.Detection.Models;

/// <summary>What a trained network is useless without, stored beside it.</summary>
public sealed record ModelDescription
{
    public required FeatureSet Features { get; init; }

    public required FeatureScaler Scaler { get; init; }

    /// <summary>Scores from here on are attacks.</summary>
    public required float Threshold { get; init; }

    /// <summary>Share of benign flows of the calibration part that <see cref="Threshold"/> was allowed to flag.</summary>
    public required double FalsePositiveRate { get; init; }

    /// <summary>What it was trained on, in words.</summary>
    public string Training { get; init; } = "";

    /// <summary>How it did on what it was not trained on, in words.</summary>
    public string Metrics { get; init; } = "";
}

/// <summary>
/// An ONNX model with the metadata that says which features it wants, how they are scaled, and where its threshold lies. The keys and
/// how to set them on a model of one's own: docs/detection.md.
/// </summary>
public sealed class DetectorModel
{
    private const string FeaturesKey = "weir.features", MeansKey = "weir.scaler.means", FactorsKey = "weir.scaler.factors",
        ThresholdKey = "weir.threshold", RateKey = "weir.false_positive_rate", TrainingKey = "weir.training", MetricsKey = "weir.metrics";

    private DetectorModel(OnnxProgram program, ModelDescription description, int window) =>
        (Program, Description, Window) = (program, description, window);

    public OnnxProgram Program { get; }

    public ModelDescription Description { get; }

    /// <summary>Flows per sequence.</summary>
    public int Window { get; }

    public static byte[] Save(ClstmTrainer trainer, ModelDescription description) => OnnxWriter.Write(ClstmExport.ToOnnx(
        trainer,
        new Dictionary<string, string>
        {
            [FeaturesKey] = description.Features.ToString(),
            [MeansKey] = Join(description.Scaler.Means),
            [FactorsKey] = Join(description.Scaler.Factors),
            [ThresholdKey] = description.Threshold.ToString("R", CultureInfo.InvariantCulture),
            [RateKey] = description.FalsePositiveRate.ToString("R", CultureInfo.InvariantCulture),
            [TrainingKey] = description.Training,
            [MetricsKey] = description.Metrics,
        }));

    /// <summary>Reads any bytes: what is no usable model is an error text.</summary>
    public static bool TryLoad(ReadOnlySpan<byte> bytes, OnnxLimits limits, out DetectorModel? model, out string error)
    {
        model = null;
        if (!OnnxReader.TryRead(bytes, limits, out var stored, out error)) return false;
        if (!TryDescribe(stored!.Metadata, out var description, out error)) return false;
        if (!OnnxProgram.TryLoad(stored, limits, out var program, out error)) return false;
        if (program!.InputShape is not [var window, var features] || features != description!.Features.Count)
        {
            error = $"its input is [batch, {string.Join(", ", program.InputShape)}], not [batch, window, {description!.Features.Count} features]";
            return false;
        }

        model = new DetectorModel(program, description, window);
        return true;
    }

    private static bool TryDescribe(IReadOnlyDictionary<string, string> metadata, out ModelDescription? description, out string error)
    {
        description = null;
        if (!metadata.TryGetValue(FeaturesKey, out var names))
        {
            error = $"it does not say which features it wants (metadata {FeaturesKey}, see docs/detection.md)";
            return false;
        }

        if (!FeatureSet.TryParse(names, out var features, out error)) return false;
        var (means, factors) = (Numbers(metadata, MeansKey), Numbers(metadata, FactorsKey));
        if (means.Length != features!.Count || factors.Length != features.Count)
        {
            error = $"its scaler ({MeansKey}, {FactorsKey}) does not fit its {features.Count} features";
            return false;
        }

        if (Numbers(metadata, ThresholdKey) is not [var threshold and >= 0 and <= 1])
        {
            error = $"its threshold ({ThresholdKey}) is no number from 0 to 1";
            return false;
        }

        description = new ModelDescription
        {
            Features = features,
            Scaler = new FeatureScaler(means, factors),
            Threshold = threshold,
            FalsePositiveRate = Numbers(metadata, RateKey) is [var rate] ? Math.Round(rate, 6) : 0,
            Training = metadata.GetValueOrDefault(TrainingKey, ""),
            Metrics = metadata.GetValueOrDefault(MetricsKey, ""),
        };
        return true;
    }

    private static string Join(IEnumerable<float> values) =>
        string.Join(' ', values.Select(static value => value.ToString("R", CultureInfo.InvariantCulture)));

    /// <summary>Empty when there is something else than finite numbers.</summary>
    private static float[] Numbers(IReadOnlyDictionary<string, string> metadata, string key)
    {
        var values = new List<float>();
        foreach (var text in metadata.GetValueOrDefault(key, "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !float.IsFinite(value)) return [];
            values.Add(value);
        }

        return [.. values];
    }
}
