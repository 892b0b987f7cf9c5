namespace Weir.Records.Metrics;

/// <summary>Bounds of the metrics of calls: whoever sends calls must not decide how many series there are.</summary>
/// <param name="MaxSeries">Combinations of labels; calls of further ones are counted under <c>other</c>. 1000: 3 MB of text for a scraper.</param>
/// <param name="MaxSeriesPerService">Those of one service; the rest is <c>other</c> of that service, so that one service does not take all. 100: fifty endpoints with two methods.</param>
/// <param name="MaxLabelBytes">Bytes of a label's value in UTF-8; longer ones are cut. 128: the longest service name with its namespace is 127.</param>
/// <param name="ExemplarIntervalMs">Milliseconds for which a bucket keeps its exemplar. 1000: a scrape finds a recent one, and taking it costs nothing.</param>
public sealed record ExchangeMetricsLimits(
    int MaxSeries = 1000, int MaxSeriesPerService = 100, int MaxLabelBytes = 128, int ExemplarIntervalMs = 1000);
