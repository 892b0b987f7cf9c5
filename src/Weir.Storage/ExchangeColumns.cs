namespace Weir.Storage;

/// <summary>
/// The index columns of an exchange, by position in the row. Texts are never NULL: what is unknown is empty and numbers are
/// 0, as the filter language has it, so SQL's three-valued logic never enters a filter.
/// </summary>
internal static class ExchangeColumns
{
    public const int Method = 0;
    public const int Host = 1;
    public const int Path = 2;
    public const int Query = 3;
    public const int Protocol = 4;
    public const int Scheme = 5;
    public const int Source = 6;
    public const int Node = 7;
    public const int Endpoint = 8;
    public const int Anomalies = 9;
    public const int Client = 10;
    public const int Server = Client + PeerTexts;
    public const int TextCount = Server + PeerTexts;

    public const int PeerIp = 0;
    public const int PeerNamespace = 1;
    public const int PeerPod = 2;
    public const int PeerWorkload = 3;
    public const int PeerService = 4;
    public const int PeerProcess = 5;
    private const int PeerTexts = 6;

    public const int DurationUs = 0;
    public const int Status = 1;
    public const int ClientPort = 2;
    public const int ServerPort = 3;
    public const int ClientPid = 4;
    public const int ServerPid = 5;
    public const int RequestBytes = 6;
    public const int ResponseBytes = 7;
    public const int Complete = 8;
    public const int HasRequest = 9;
    /// <summary>1 while it runs, 2 once it was given up (<see cref="IExchangeStore.EndRunning"/>), 0 when it is over.</summary>
    public const int InProgress = 10;
    public const int NumberCount = 11;

    public static readonly string[] TextNames =
    [
        "method", "host", "path", "query", "protocol", "scheme", "source", "node", "endpoint", "anomalies",
        "client_ip", "client_namespace", "client_pod", "client_workload", "client_service", "client_process",
        "server_ip", "server_namespace", "server_pod", "server_workload", "server_service", "server_process",
    ];

    /// <summary>The numbers of the first schema; what came later stands behind the large columns.</summary>
    public static readonly string[] FirstNumberNames =
    [
        "duration_us", "status", "client_port", "server_port", "client_pid", "server_pid", "request_bytes",
        "response_bytes", "complete", "has_request",
    ];

    public static readonly string[] NumberNames = [.. FirstNumberNames, "in_progress"];
}
