using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;

namespace Weir.Cli.Compatibility;

/// <summary>The command line that GoReplay's options make.</summary>
/// <param name="note">Takes what the user should know.</param>
/// <param name="identity">A cluster says who the peers are without being asked for: this is a pod.</param>
internal sealed class RewrittenLine(Action<string> note, bool identity)
{
    private readonly List<string> _passed = [];
    private readonly List<string> _devices = [];
    private readonly List<string> _ignored = [];
    private readonly List<string> _ports = [];
    private readonly List<string> _vnis = [];
    private readonly HashSet<string> _noted = new(StringComparer.Ordinal);
    private readonly KubernetesSelection _cluster = new();
    private bool _allDevices;
    private bool _wholeNode;
    private bool _allPorts;
    private string? _file;
    private string? _engine;

    /// <summary>Some option of GoReplay said what to capture.</summary>
    public bool HasInput => _allDevices || _wholeNode || _devices.Count > 0 || _file is not null;

    public void Pass(params IEnumerable<string> arguments) => _passed.AddRange(arguments);

    public void Note(string text)
    {
        if (_noted.Add(text)) note(text);
    }

    public void Vni(string vni) => _vnis.Add(vni);

    public void SkipNamespace(string name) => _cluster.SkipNamespace(name);

    public void SkipService(string name) => _cluster.SkipService(name);

    public void IgnoreDevice(string name) => _ignored.Add($"!{name}");

    /// <summary><c>--input-raw-engine</c>.</summary>
    public void Engine(string name) => _engine = name switch
    {
        "" or "libpcap" => "libpcap",
        "raw_socket" or "af_packet" => "ring",
        "vxlan" => "vxlan",
        "pcap_file" => null,
        _ => throw new UsageException($"--input-raw-engine: '{name}' is none of libpcap, pcap_file, raw_socket, af_packet, vxlan"),
    };

    /// <summary><c>--input-raw [HOST|DEVICE|IP|FILE.pcap|k8s://…]:PORTS</c>.</summary>
    public void Input(string address)
    {
        if (address.Contains('|', StringComparison.Ordinal))
            throw new UsageException($"--input-raw {address}: a limit on an input is not supported; use --header-limiter, --where or the rule 'sample'");
        if (address.StartsWith("k8s://", StringComparison.Ordinal))
        {
            Kubernetes(address);
            return;
        }

        var colon = address.LastIndexOf(':');
        var host = colon < 0 ? address : address[..colon];
        Ports(colon < 0 ? "" : address[(colon + 1)..]);
        host = host.Trim('[', ']');
        if (host.EndsWith("pcap", StringComparison.Ordinal) || host.EndsWith("pcapng", StringComparison.Ordinal)) File(host);
        else if (host is "" or "0.0.0.0" or "::") _allDevices = true;
        else _devices.Add(Device(host));
    }

    public void File(string path)
    {
        if (_file is not null) throw new UsageException("only one file can be read at a time; run weir once for each");
        _file = path;
    }

    public IEnumerable<string> ToArguments()
    {
        var arguments = new List<string>();
        // The calls of a file can be selected as well.
        _allDevices |= _wholeNode && !_passed.Any(one => one == "-r" || IsOption(one, "--read"));
        if (_file is not null) arguments.AddRange(["--read", _file]);
        if (_file is null && (_allDevices || _devices.Count > 0 || _ignored.Count > 0))
            arguments.AddRange(["--interface", string.Join(',', (_allDevices || _devices.Count == 0 ? ["any"] : _devices).Concat(_ignored).Distinct())]);
        // All ports are said too: APP_PORTS is for a line that names no input.
        if (_allPorts || _ports.Count > 0) arguments.AddRange(["--port", _allPorts ? "" : string.Join(',', _ports.Distinct())]);
        if (_engine is not null && _file is null) arguments.AddRange(["--source", _engine]);
        if (_vnis.Count > 0) arguments.AddRange(["--vni", string.Join(',', _vnis)]);
        return [.. arguments, .. Passed()];
    }

    private void Ports(string ports)
    {
        if (ports is "" or "0") _allPorts = true;
        else _ports.AddRange(ports.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    private void Kubernetes(string address)
    {
        _cluster.Want(address);
        Note($"--input-raw {address}: captures every interface of the node, and shows the calls to what is selected");
        _wholeNode = _allPorts = true;
    }

    /// <summary>What the cluster selects is one more condition beside a filter of the user's own.</summary>
    private List<string> Passed()
    {
        if (_cluster.Expression() is not { } selection) return _passed;
        if (_devices.Count > 0) throw new UsageException("--input-raw k8s:// and an interface in one line: the selection would hide the calls of the interface; run weir once for each");
        if (!identity && !_passed.Any(one => IsOption(one, "--kubeconfig") || IsOption(one, "--names")))
        {
            throw new UsageException(
                $"a selection of Kubernetes ({selection}) needs a cluster that says who the peers are: run in a pod of it, or give --kubeconfig FILE");
        }

        var passed = new List<string>();
        for (var i = 0; i < _passed.Count; i++)
        {
            if (_passed[i] is "--where" or "-w" && i + 1 < _passed.Count) selection = $"{selection} && ({_passed[++i]})";
            else if (_passed[i].StartsWith("--where=", StringComparison.Ordinal)) selection = $"{selection} && ({_passed[i]["--where=".Length..]})";
            else passed.Add(_passed[i]);
        }

        return [.. passed, "--where", selection];
    }

    private static bool IsOption(string argument, string name) => argument == name || argument.StartsWith($"{name}=", StringComparison.Ordinal);

    private string Device(string host)
    {
        if (host == "localhost") host = "127.0.0.1";
        if (!IPAddress.TryParse(host, out var address)) return host;
        var device = NetworkInterface.GetAllNetworkInterfaces()
            .FirstOrDefault(device => device.GetIPProperties().UnicastAddresses.Any(own => own.Address.Equals(address)));
        if (device is null) throw new UsageException($"--input-raw: no interface of this machine has the address {host}; name an interface, or none for all");
        Note(string.Create(CultureInfo.InvariantCulture, $"--input-raw {host}: captures on {device.Name}, whatever the address; for one address add --where 'dst.ip == \"{host}\"'"));
        return device.Name;
    }
}
