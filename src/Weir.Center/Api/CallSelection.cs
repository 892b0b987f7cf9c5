using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Weir.Records.Filter;
using Weir.Records.Json;
using Weir.Storage;

namespace Weir.Center.Api;

/// <summary>Which stored calls a request is about: its parameters <c>where</c>, <c>from</c> and <c>to</c>.</summary>
/// <param name="Filter">Null takes all.</param>
/// <param name="FromNs">Earliest start, Unix nanoseconds; null for no bound.</param>
/// <param name="ToNs">Latest start, exclusive.</param>
internal sealed record CallSelection(StoreFilter? Filter, long? FromNs, long? ToNs)
{
    /// <summary>Asks a store for these calls.</summary>
    public ExchangeQuery Query(ExchangeDetail detail, int limit) =>
        new() { Filter = Filter, FromNs = FromNs ?? long.MinValue, ToNs = ToNs ?? long.MaxValue, Detail = detail, Limit = limit };

    /// <remarks>The first parameter that is not understood is the problem.</remarks>
    public static bool TryRead(
        string? where, string? from, string? to, DateTimeOffset now, [NotNullWhen(true)] out CallSelection? selection, [NotNullWhen(false)] out IResult? problem)
    {
        selection = null;
        FilterExpression? expression = null;
        if (!string.IsNullOrWhiteSpace(where) && !ExchangeFilter.TryParse(where, out expression, out var error))
        {
            problem = Problem.BadParameter("where", error.Message, error.Column, error.Length);
            return false;
        }

        if (!TryReadTimes(from, to, now, out var fromNs, out var toNs, out problem)) return false;
        selection = new CallSelection(expression is null ? null : new StoreFilter(expression), fromNs, toNs);
        return true;
    }

    /// <summary>The parameters <c>from</c> and <c>to</c> alone, Unix nanoseconds; null for no bound.</summary>
    public static bool TryReadTimes(
        string? from, string? to, DateTimeOffset now, out long? fromNs, out long? toNs, [NotNullWhen(false)] out IResult? problem)
    {
        toNs = null;
        problem = !TimeParameter.TryParse(from, now, out fromNs) ? NoTime("from", from)
            : !TimeParameter.TryParse(to, now, out toNs) ? NoTime("to", to)
            : null;
        return problem is null;
    }

    private static IResult NoTime(string parameter, string? text) => Problem.BadParameter(parameter, $"'{text}' is not a time: {TimeParameter.Description}");
}
