using System.CommandLine;
using Weir.Cli.Commands;
using Weir.Cli.Configuration;
using Weir.Cli.Replay;
using Weir.Inventory;
using Weir.Inventory.Catalogue;
using Weir.Privacy.Redaction;

namespace Weir.Cli.Inventory;

/// <summary>Where the commands about endpoints take their traffic from, and what of it they are asked for.</summary>
internal sealed class CatalogueInput
{
    public Option<string?> Read { get; } = new("--read", "-r")
    {
        Description = "Calls: pcap, pcapng, .gor, JSON lines of weir sniff, HAR",
        HelpName = "FILE",
    };

    public Option<string?> Center { get; } = new("--center")
    {
        Description = "Address of a running center, such as http://127.0.0.1:7373",
        HelpName = "URL",
    };

    public Option<string?> Data { get; } = new("--data")
    {
        Description = "Data directory of a center, running or not: what it has stored",
        HelpName = "DIR",
    };

    public Option<string?> Token { get; } = new("--token")
    {
        Description = "Token for the center (env WEIR_TOKEN); other users of this machine see it in the list of processes",
        HelpName = "TOKEN",
    };

    public Option<string?> TokenFile { get; } = new("--token-file")
    {
        Description = "File with that token (env WEIR_TOKEN_FILE)",
        HelpName = "FILE",
    };

    public Option<string?> Service { get; } = new("--service")
    {
        Description = "Only this service: namespace/name, or the host that is asked",
        HelpName = "NAME",
    };

    public Option<bool> All { get; } = new("--all") { Description = "Also endpoints that only ever answered 404 and the like" };

    public Option<bool> Json { get; } = new("--json") { Description = "For programs" };

    public IEnumerable<Option> Options => [Read, Center, Token, TokenFile, Data, Service];

    /// <exception cref="UsageException">Not one source is named, or several are.</exception>
    public void Check(ParseResult parsed)
    {
        if (new[] { parsed.GetValue(Read), parsed.GetValue(Center), parsed.GetValue(Data) }.Count(static one => one is not null) != 1)
            throw new UsageException("name one source: calls with -r FILE, a running center with --center URL, or the data directory of one with --data DIR");
    }

    /// <summary>What a file of calls teaches, or a data directory holds; null where a running center is to be asked.</summary>
    /// <param name="parsed">Names the source.</param>
    /// <param name="catalogue">Takes it.</param>
    /// <param name="cancellation">Ends reading early.</param>
    /// <exception cref="UsageException">Not one source is named, or several are.</exception>
    public EndpointCatalogue? Fill(ParseResult parsed, EndpointCatalogue catalogue, CancellationToken cancellation)
    {
        Check(parsed);
        if (parsed.GetValue(Read) is { } file) Learn(file, catalogue, cancellation);
        else if (parsed.GetValue(Data) is { } folder) StoredData.Load(folder, catalogue);
        else return null;
        return catalogue;
    }

    /// <summary>The center that <c>--center</c> names, with the token of the command line or else of the environment.</summary>
    /// <exception cref="UsageException">That is no address, or there is no token where one is named.</exception>
    public CenterClient Connect(ParseResult parsed)
    {
        var (token, file) = (parsed.GetValue(Token), parsed.GetValue(TokenFile));
        if (token is not null && file is not null) throw new UsageException("--token and --token-file exclude each other");
        // The command line goes before the environment.
        var settings = YamlSettings.Read(null, name => name switch
        {
            "WEIR_TOKEN" => token ?? (file is null ? Environment.GetEnvironmentVariable(name) : null),
            "WEIR_TOKEN_FILE" => file ?? (token is null ? Environment.GetEnvironmentVariable(name) : null),
            _ => null,
        });
        return new CenterClient(parsed.GetValue(Center)!, Secrets.Text(settings, "token", "Token of an account of the center"));
    }

    /// <summary>Learns from all calls of a file. Credentials are judged, then masked as everywhere.</summary>
    private static void Learn(string file, EndpointCatalogue catalogue, CancellationToken cancellation)
    {
        var redactor = new ExchangeRedactor();
        var calls = 0L;
        new ReplayReader(file).Run(
            exchange =>
            {
                calls++;
                catalogue.Observe(redactor.Redact(exchange));
            },
            cancellation);
        Console.Error.WriteLine(
            $"weir: {Summary.Number(calls)} calls, {Summary.Number(catalogue.Services.Count)} services, {Summary.Number(catalogue.Services.Values.Sum(static service => service.Endpoints.LongCount(static one => one.Confirmed)))} endpoints");
        if (catalogue.PathsRefused + catalogue.ServicesRefused > 0)
            Console.Error.WriteLine($"weir: left out for lack of room: {Summary.Number(catalogue.PathsRefused)} paths, calls of {Summary.Number(catalogue.ServicesRefused)} further services");
    }

    /// <summary>The services asked for, by name.</summary>
    /// <exception cref="UsageException">There is no such service.</exception>
    public IReadOnlyList<ServiceCatalogue> Services(ParseResult parsed, EndpointCatalogue catalogue)
    {
        if (parsed.GetValue(Service) is not { } name) return [.. catalogue.Services.Values.OrderBy(static service => service.Name, StringComparer.Ordinal)];
        return catalogue.Services.TryGetValue(name, out var found) ? [found] : throw new UsageException($"there is no service {name}; there are {Names(catalogue.Services.Keys)}");
    }

    /// <summary>The one service meant, where one document can describe only one.</summary>
    /// <exception cref="UsageException">There are several, or none.</exception>
    public ServiceCatalogue One(ParseResult parsed, EndpointCatalogue catalogue)
    {
        var services = Services(parsed, catalogue);
        return services.Count == 1 ? services[0] : throw new UsageException($"choose one with --service: {Names(catalogue.Services.Keys)}");
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal).Take(20)) is { Length: > 0 } text ? text : "none";
}
