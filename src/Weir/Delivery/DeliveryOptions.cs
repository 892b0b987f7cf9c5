using System.CommandLine;
using Weir.Cli.Commands;
using Weir.Cli.HttpFilters;
using Weir.Cli.Values;

namespace Weir.Cli.Delivery;

/// <summary>The options of outputs that deliver: where undelivered messages wait, and how .gor files are cut.</summary>
internal sealed class DeliveryOptions
{
    public HttpFilterOptions Filter { get; } = new();

    public Option<string?> AddressHeader { get; } = new("--real-ip-header", "--input-raw-realip-header")
    {
        Description = "Give every request this header with the address it came from (env SNIFFER_REALIP_HEADER)",
        HelpName = "NAME",
    };

    public Option<bool> Promiscuous { get; } = new("--promisc", "--input-raw-promisc")
    {
        Description = "Capture frames for other machines too (env SNIFFER_PROMISC_ENABLED=true)",
    };

    public Option<long?> BufferSize { get; } = new("--buffer-size", "--input-raw-buffer-size")
    {
        Description = "Bytes of the capture buffer, 256 KiB to 16 GiB (default 64MiB; env SNIFFER_PCAP_BUFFER_SIZE)",
        HelpName = "BYTES",
        CustomParser = result => SniffOptions.Parse<long>(result, ByteSize.TryParse, "a size such as 64MiB", default),
    };

    public Option<string?> Spool { get; } = new("--spool")
    {
        Description = "Directory for messages that a server did not take yet (default: /var/lib/weir/spool for root, else below ~/.local/state)",
        HelpName = "DIR",
    };

    public Option<long> SpoolLimit { get; } = new("--spool-limit")
    {
        Description = "Bytes that may wait; the oldest go first (default 1GiB)",
        HelpName = "BYTES",
        CustomParser = result => SniffOptions.Parse(result, ByteSize.TryParse, "a size such as 500MB or 1GiB", 1L << 30),
        DefaultValueFactory = _ => 1L << 30,
    };

    public Option<TimeSpan> SpoolAge { get; } = new("--spool-age")
    {
        Description = "How long a message may wait (default 24h)",
        HelpName = "DURATION",
        CustomParser = result => SniffOptions.Parse(result, Duration.TryParse, "a time such as 30m or 24h", TimeSpan.FromDays(1)),
        DefaultValueFactory = _ => TimeSpan.FromDays(1),
    };

    public Option<TimeSpan?> Drain { get; } = new("--drain")
    {
        Description = "How long the end waits while a server takes nothing; the rest stays in the spool (default 10s, of a file 60s)",
        HelpName = "DURATION",
        CustomParser = result => SniffOptions.Parse<TimeSpan>(result, Duration.TryParse, "a time such as 10s", default),
    };

    public Option<bool> FileAppend { get; } = new("--output-file-append")
    {
        Description = "gor: go on at the end of a file that is there, instead of beginning a new one",
    };

    public Option<long> FileSizeLimit { get; } = new("--output-file-size-limit")
    {
        Description = "gor: begin another file (NAME_0, NAME_1 …) after this many bytes",
        HelpName = "BYTES",
        CustomParser = result => SniffOptions.Parse(result, ByteSize.TryParse, "a size such as 32mb", 0L),
    };

    public Option<long> FileQueueLimit { get; } = new("--output-file-queue-limit")
    {
        Description = "gor: begin another file after this many records",
        HelpName = "N",
    };

    public Option<long> FileMaxSizeLimit { get; } = new("--output-file-max-size-limit")
    {
        Description = "gor: stop writing after this many bytes in all files",
        HelpName = "BYTES",
        CustomParser = result => SniffOptions.Parse(result, ByteSize.TryParse, "a size such as 1TB", 0L),
    };

    public string? ReadAddressHeader(ParseResult parsed) => parsed.GetValue(AddressHeader) ?? SniffOptions.FromEnvironment("SNIFFER_REALIP_HEADER");

    public bool IsPromiscuous(ParseResult parsed) =>
        parsed.GetValue(Promiscuous) || Environment.GetEnvironmentVariable("SNIFFER_PROMISC_ENABLED") == "true";

    /// <summary>Null for the default.</summary>
    /// <exception cref="UsageException">The environment says something else than a number.</exception>
    public long? ReadBufferSize(ParseResult parsed)
    {
        if (parsed.GetValue(BufferSize) is { } given) return given;
        if (SniffOptions.FromEnvironment("SNIFFER_PCAP_BUFFER_SIZE") is not { } text) return null;
        if (!ByteSize.TryParse(text, out var bytes)) throw new UsageException($"SNIFFER_PCAP_BUFFER_SIZE is '{text}', not a size");
        return bytes > 0 ? bytes : null;
    }

    public Option<bool> CaptureLines { get; } = new("--endpoint-capture-lines")
    {
        Description = "Also print each request and response as a line ENDPOINT_CAPTURE: {json}, as the APISec traffic monitor did",
    };

    public Command AddTo(Command command)
    {
        Option[] options =
        [
            AddressHeader, Promiscuous, BufferSize, .. Filter.All, Spool, SpoolLimit, SpoolAge, Drain, FileAppend, FileSizeLimit,
            FileQueueLimit, FileMaxSizeLimit, CaptureLines,
        ];
        foreach (var option in options) command.Options.Add(option);
        return command;
    }
}
