using System.Diagnostics;
using System.Globalization;
using Weir.Benchmarks.Templating;

// Precision and recall of path templates on generated APIs: Weir and four published heuristics, on the same calls.
var seed = args.Length > 0 && int.TryParse(args[0], CultureInfo.InvariantCulture, out var asked) ? asked : 20261121;
var verbose = args.Contains("--misses");
var apis = new Corpus(seed).Make(200).ToList();
var words = new WordBag();
IHeuristic[] all = [new WeirHeuristic(bodies: true), new WeirHeuristic(bodies: false), new ApiClarity(), new Akto(words), new Metlo(words), new Optic(), new DigitsOnly()];
Console.WriteLine($"{apis.Count} APIs, {apis.Sum(static api => api.Routes.Count)} routes, {apis.Sum(static api => api.Calls.Count)} calls, seed {seed}{(words.HasDebianList ? "" : "; without Debian's word list (wamerican), Akto and Metlo have the words of the corpus alone")}");
Console.WriteLine();
Console.WriteLine("| heuristic | precision | recall | F1 | APIs without a mistake | µs a call |");
Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: |");
var scores = new Dictionary<string, Score>();
foreach (var heuristic in all)
{
    var score = new Score();
    var watch = Stopwatch.StartNew();
    foreach (var api in apis)
    {
        var found = heuristic.Routes(api.Calls);
        var truth = api.Routes.Select(static route => route.Structure).ToHashSet(StringComparer.Ordinal);
        score.Add(found, truth);
        if (verbose && heuristic is WeirHeuristic && heuristic.Name == "Weir" && !truth.SetEquals(found))
            Console.Error.WriteLine($"{api.Style}: extra {string.Join(", ", found.Except(truth).Take(6))} | missing {string.Join(", ", truth.Except(found).Take(6))}");
    }

    scores[heuristic.Name] = score;
    var perCall = watch.Elapsed.TotalMicroseconds / apis.Sum(static api => api.Calls.Count);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {heuristic.Name} | {score.Precision:0.000} | {score.Recall:0.000} | {score.F1:0.000} | {score.Exact} of {apis.Count} | {perCall:0.0} |"));
}

string[] published = ["APIClarity", "Akto", "Metlo", "Optic"];
var beaten = published.All(name => scores["Weir"].Precision > scores[name].Precision && scores["Weir"].Recall > scores[name].Recall);
Console.WriteLine();
Console.WriteLine(beaten ? "Weir has the higher precision and the higher recall of each." : "Weir does not beat each of them.");
return beaten ? 0 : 1;

internal sealed class Score
{
    private int _right;
    private int _found;
    private int _truth;

    public int Exact { get; private set; }

    public double Precision => _right / (double)Math.Max(1, _found);

    public double Recall => _right / (double)Math.Max(1, _truth);

    public double F1 => 2 * Precision * Recall / Math.Max(1e-9, Precision + Recall);

    public void Add(IReadOnlySet<string> found, IReadOnlySet<string> truth)
    {
        var right = found.Count(truth.Contains);
        (_right, _found, _truth) = (_right + right, _found + found.Count, _truth + truth.Count);
        if (right == found.Count && right == truth.Count) Exact++;
    }
}
