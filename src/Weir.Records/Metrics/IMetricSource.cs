namespace Weir.Records.Metrics;

/// <summary>A part of Weir with samples that are more than one number a name: labels, fractions, histograms.</summary>
public interface IMetricSource
{
    /// <summary>Adds every sample's value now. Called from any thread, also while the source is at work.</summary>
    void Collect(MetricSet metrics);
}
