using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Weir.Storage.ClickHouse;

/// <summary>
/// ClickHouse's HTTP interface: statements in, RowBinary in and out. Thread-safe. The place where a client library would go, if one
/// could be had (docs/decisions/0016-clickhouse-over-http.md).
/// </summary>
internal sealed class ClickHouseClient : IDisposable
{
    /// <summary>
    /// The whole answer is made before its status is sent: without that, an error in the middle comes as text behind rows. The other
    /// three leave room for lists of ids.
    /// </summary>
    private const string Settings = "wait_end_of_query=1&max_query_size=67108864&max_ast_elements=2000000&max_expanded_ast_elements=2000000";

    /// <summary>Of a cluster: the 50 ms that old servers give each other to connect are too short for one that has much to do.</summary>
    private const string ClusterSettings = "&connect_timeout_with_failover_ms=2000";

    /// <summary>Characters of an error that are read: its code stands in the first line, whole queries behind it.</summary>
    private const int MaxErrorChars = 16 << 10;

    private readonly HttpClient _http;
    private readonly ClickHouseStoreOptions _options;
    private readonly string _path;

    public ClickHouseClient(ClickHouseStoreOptions options)
    {
        _options = options;
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(5),
            // A server that was replaced behind its name is found again.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseCookies = false,
            AllowAutoRedirect = false,
        })
        {
            BaseAddress = options.Address,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (options.User is { } user) _http.DefaultRequestHeaders.Add("X-ClickHouse-User", user);
        if (options.Password is { } password) _http.DefaultRequestHeaders.Add("X-ClickHouse-Key", password);
        _path = $"{options.Address.AbsolutePath}?{Settings}{(options.Cluster is null ? "" : ClusterSettings)}";
        Address = $"{options.Address.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{options.Database}";
    }

    /// <summary>Server and database, for messages.</summary>
    public string Address { get; }

    /// <summary>Sees every statement before it is sent; for tests.</summary>
    public Action<string>? Trace { get; set; }

    /// <summary>Reads the rows of a query, which names no format.</summary>
    /// <exception cref="StoreException">The server is away, or refuses.</exception>
    public T Read<T>(string sql, Func<RowBinaryReader, T> read, CancellationToken cancellation)
    {
        Trace?.Invoke(sql);
        using var content = new StringContent(sql + " FORMAT RowBinary", Encoding.UTF8);
        return Send(_path, content, stream => read(new RowBinaryReader(stream)), cancellation);
    }

    /// <summary>All rows of a query.</summary>
    /// <exception cref="StoreException">The server is away, or refuses.</exception>
    public List<T> Rows<T>(string sql, Func<RowBinaryReader, T> row, CancellationToken cancellation) => Read(
        sql,
        reader =>
        {
            var rows = new List<T>();
            while (reader.Next()) rows.Add(row(reader));
            return rows;
        },
        cancellation);

    /// <summary>The only number of a query, a 64-bit one.</summary>
    /// <exception cref="StoreException">The server is away, or refuses.</exception>
    public long Number(string sql, CancellationToken cancellation) => Read(sql, static reader => reader.Int64(), cancellation);

    /// <summary>A statement without rows.</summary>
    /// <exception cref="StoreException">The server is away, or refuses.</exception>
    public void Execute(string sql, CancellationToken cancellation)
    {
        Trace?.Invoke(sql);
        using var content = new StringContent(sql, Encoding.UTF8);
        Send(_path, content, static _ => true, cancellation);
    }

    /// <summary>Inserts rows as one block.</summary>
    /// <param name="into">Table and columns.</param>
    /// <param name="rows">RowBinary.</param>
    /// <param name="queryId">By which the server knows this insert.</param>
    /// <exception cref="StoreException">The server is away (the rows may be in or not), or refuses.</exception>
    public void Insert(string into, ReadOnlyMemory<byte> rows, string queryId)
    {
        Trace?.Invoke($"INSERT INTO {into}");
        var query = Uri.EscapeDataString($"INSERT INTO {into} FORMAT RowBinary");
        // On a cluster the answer waits for every shard; on one server this is without effect.
        var path = $"{_path}&query_id={queryId}&insert_distributed_sync=1&query={query}";
        using var content = new ReadOnlyMemoryContent(rows);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        Send(path, content, static _ => true, CancellationToken.None);
    }

    public void Dispose() => _http.Dispose();

    private T Send<T>(string path, HttpContent content, Func<Stream, T> read, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content, Version = HttpVersion.Version11 };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_options.Timeout);
        try
        {
            using var response = _http.Send(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            // Reading the body knows no cancellation; closing the connection ends it.
            using var end = limit.Token.Register(static answer => ((HttpResponseMessage)answer!).Dispose(), response);
            using var stream = response.Content.ReadAsStream(limit.Token);
            if (response.IsSuccessStatusCode) return read(stream);
            using var text = new StreamReader(stream, Encoding.UTF8);
            var said = new char[MaxErrorChars];
            throw ClickHouseErrors.Describe(Address, (int)response.StatusCode, new string(said, 0, text.ReadBlock(said, 0, said.Length)));
        }
        catch (Exception slow) when (limit.IsCancellationRequested && slow is OperationCanceledException or ObjectDisposedException or IOException)
        {
            cancellation.ThrowIfCancellationRequested();
            throw ClickHouseErrors.Unreachable(
                Address, new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"no answer within {_options.Timeout.TotalSeconds:0.#} s."), slow));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or InvalidDataException)
        {
            throw ClickHouseErrors.Unreachable(Address, failure);
        }
    }
}
