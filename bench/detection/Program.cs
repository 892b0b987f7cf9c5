using System.Globalization;
using Weir.Benchmarks.Detection;

if (args is not [var command, var data, .. var rest])
{
    Console.Error.WriteLine("""
        usage: evaluate DATA [SEEDS]   the tables of docs/detection.md, with 5 seeds; 0: the baseline alone (DATA holds flows/cicids2017-improved and flows/kubernetes-sever2023)
               stream DATA MODEL       delay and false incidents, flows in time order as a meter tells them
               speed MODEL             sequences per second of one core
               model DATA FILE         trains the shipped model
        """);
    return 2;
}

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (command)
{
    case "evaluate":
        new Evaluation(data, rest is [var seeds] ? int.Parse(seeds, CultureInfo.InvariantCulture) : 5, Console.Out).Run();
        return 0;
    case "stream":
        StreamTable.Print(data, rest[0], Console.Out);
        return 0;
    case "speed":
        SpeedTable.Print(data, Console.Out);
        return 0;
    case "model":
        ShippedModel.Train(data, rest[0], Console.Out);
        return 0;
    default:
        return 2;
}
