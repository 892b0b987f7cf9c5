using System.Globalization;
using Weir.Storage;

namespace Weir.Benchmarks.Storage;

/// <summary>Copies rows within the server to a later time, under ids of that time.</summary>
internal static class Copies
{
    public static void Add(ClickHouseStoreOptions server, long rows, int copy, long stepNs)
    {
        var shift = rows * copy * stepNs;
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(10) };
        string Ask(string sql)
        {
            using var answer = http.Send(new HttpRequestMessage(HttpMethod.Post, server.Address) { Content = new StringContent(sql) });
            var text = new StreamReader(answer.Content.ReadAsStream()).ReadToEnd();
            return answer.IsSuccessStatusCode ? text : throw new InvalidOperationException(text);
        }

        var columns = Ask($"SELECT name FROM system.columns WHERE database = '{server.Database}' AND table = 'exchanges'").Trim().Split('\n');
        var changed = columns.Select(column => column switch
        {
            "started_ns" => string.Create(CultureInfo.InvariantCulture, $"started_ns + {shift}"),
            // 48 bits of milliseconds stand above 16 others.
            "id_high" => string.Create(CultureInfo.InvariantCulture, $"id_high + toUInt64({shift / 1_000_000}) * 65536"),
            _ => column,
        });
        var until = Ask($"SELECT min(started_ns) FROM {server.Database}.exchanges").Trim();
        Ask(string.Create(CultureInfo.InvariantCulture,
            $"INSERT INTO {server.Database}.exchanges ({string.Join(',', columns)}) SELECT {string.Join(',', changed)} FROM {server.Database}.exchanges WHERE started_ns < {until} + {rows * stepNs}"));
    }
}
