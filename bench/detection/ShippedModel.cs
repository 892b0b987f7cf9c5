using Weir.Detection.Features;
using Weir.Detection.Sequences;
using Weir.Detection.Training;

namespace Weir.Benchmarks.Detection;

/// <summary>The model that Weir ships: learned from both data sets, the Kubernetes one as far as its labels can be believed.</summary>
internal static class ShippedModel
{
    public static void Train(string data, string path, TextWriter output)
    {
        var table = new FlowTable(FeatureSet.Default);
        table.Append(DataSets.Cic(data, FeatureSet.Default));
        var cluster = DataSets.Kubernetes(data, FeatureSet.Default);
        var start = table.Count;
        table.Append(cluster);
        // Of the attack captures only flows to the attacked service are attacks; the rest can be either and is left out.
        var rows = Enumerable.Range(0, table.Count).Where(row => row < start || table.Labels[row] == "0"
            || (table.Labels[row] == "2" && table.Tuples[row].DestinationPort == 1880));
        var training = new ModelTraining(table, Split.Temporal(table, rows), 10, new TrainingOptions { Seed = 1 });
        training.Run(epoch => output.WriteLine(epoch), CancellationToken.None);
        const double Rate = 0.001;
        File.WriteAllBytes(path, training.Save(Rate, "CICIDS2017 improved (sample) and Sever and Dogan 2023 Kubernetes flows, labels 0 and 2"));
        output.WriteLine(training.Test(Rate));
        foreach (var line in training.ByLabel(Weir.Detection.Evaluation.RankingMetrics.ThresholdFor(training.BenignScores, Rate))) output.WriteLine(line);
    }
}
