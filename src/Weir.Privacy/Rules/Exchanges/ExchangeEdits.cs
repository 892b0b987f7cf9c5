using System.Globalization;
using System.Text;
using Weir.Records;

namespace Weir.Privacy.Rules.Exchanges;

/// <summary>Writes what rules made of the details back into the exchange, so that every output sees the same call.</summary>
internal sealed class ExchangeEdits(ExchangeDetails details, bool removeOpaqueBodies)
{
    private string?[] _values = [];

    /// <param name="exchange">The one that the details were read from.</param>
    public void Write(Exchange exchange)
    {
        Collect();
        var codingChanged = new HeaderEdits(exchange.Request).Apply(details.Origins, _values, DetailPlace.RequestHeader, DetailPlace.RequestTrailer);
        Body(exchange.Request, details.RequestBody, DetailPlace.RequestBody, codingChanged, FormValue());
        codingChanged = new HeaderEdits(exchange.Response).Apply(details.Origins, _values, DetailPlace.ResponseHeader, DetailPlace.ResponseTrailer);
        Body(exchange.Response, details.ResponseBody, DetailPlace.ResponseBody, codingChanged, null);
        for (var i = 0; i < details.Origins.Count; i++)
        {
            var origin = details.Origins[i];
            if (origin.Place == DetailPlace.SessionField)
            {
                if (_values[i] is { Length: > 0 } kept) exchange.SessionFields.Add(new SessionField(origin.Key["session_field:".Length..], kept));
            }
            else if (_values[i] != origin.Value)
            {
                Edit(exchange, origin, _values[i]);
            }
        }

        if (details.Query is { IsEdited: true } query) exchange.Request.Query = Append(exchange.Request.Text, query.ToString());
    }

    /// <summary>Values by origin; null where rules removed one. A value that was empty from the start may stay so.</summary>
    private void Collect()
    {
        _values = new string?[details.Origins.Count];
        foreach (var detail in details.Details)
        {
            if (detail.Value.Length > 0 || details.Origins[detail.Tag].Value.Length == 0) _values[detail.Tag] = detail.Value;
        }
    }

    private void Edit(Exchange exchange, DetailOrigin origin, string? value)
    {
        var (request, response) = (exchange.Request, exchange.Response);
        switch (origin.Place)
        {
            case DetailPlace.Method:
                request.Method = Append(request.Text, value);
                break;
            case DetailPlace.Url:
                RequestUrl.Write(exchange, value);
                break;
            case DetailPlace.Status:
                response.Status = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status < 1000 ? status : 0;
                response.Reason = default;
                break;
            case DetailPlace.QueryParameter when value is null:
                details.Query!.Remove(origin.Index);
                break;
            case DetailPlace.QueryParameter:
                details.Query!.Change(origin.Index, value!);
                break;
            case DetailPlace.RequestJson:
                Json(exchange.Grpc.RequestJson, request, value);
                break;
            case DetailPlace.ResponseJson:
                Json(exchange.Grpc.ResponseJson, response, value);
                break;
            case DetailPlace.WebSocketMessage:
                var message = exchange.WebSocket.Captured[origin.Index];
                exchange.WebSocket.Captured[origin.Index] = message with
                {
                    Content = Append(exchange.WebSocket.Text, value),
                    Truncated = message.Truncated || value is null,
                };
                break;
            case DetailPlace.WebSocketCloseReason:
                exchange.WebSocket.CloseReason = Append(exchange.WebSocket.Text, value);
                break;
            case DetailPlace.ResponseTrailer or DetailPlace.ResponseHeader when origin.Key == "response_header:grpc-message":
                exchange.Grpc.Message = Append(exchange.Grpc.Text, value);
                break;
        }
    }

    /// <summary>The raw messages hold what their JSON form no longer does, so they go.</summary>
    private static void Json(ByteBuffer json, HttpMessage message, string? value)
    {
        json.Clear();
        Append(json, value);
        BodyText.Remove(message);
    }

    private void Body(HttpMessage message, BodyText body, DetailPlace place, bool codingChanged, string? formValue)
    {
        if (body.IsOpaque && removeOpaqueBodies)
        {
            BodyText.Remove(message);
            return;
        }

        var index = details.Origins.FindIndex(origin => origin.Place == place);
        if (index < 0) return;
        var value = _values[index];
        if (value is null || formValue is "") BodyText.Remove(message);
        else if (formValue is not null) body.Write(message, formValue);
        else if (value != details.Origins[index].Value || codingChanged || body.HoldsMore) body.Write(message, value);
    }

    /// <summary>
    /// The form body with the edits of its fields, over what rules made of the whole body; null when no field was edited. When
    /// the pieces of the two cannot be told to be the same, nothing is left of the body.
    /// </summary>
    private string? FormValue()
    {
        if (details.Form is not { } form) return null;
        var whole = details.Origins.FindIndex(origin => origin.Place == DetailPlace.RequestBody);
        var text = _values[whole];
        var edited = text is null || text == details.Origins[whole].Value ? form : new FormText(text, int.MaxValue);
        for (var i = 0; i < details.Origins.Count; i++)
        {
            var origin = details.Origins[i];
            if (origin.Place != DetailPlace.FormField || _values[i] == origin.Value) continue;
            if (edited.Count != form.Count) return "";
            if (_values[i] is { } value && edited.Raw(origin.Index) == form.Raw(origin.Index)) edited.Change(origin.Index, value);
            else edited.Remove(origin.Index);
        }

        return edited.IsEdited ? edited.ToString() : null;
    }

    private static Slice Append(ByteBuffer buffer, string? text) => text is null ? default : buffer.Append(Encoding.UTF8.GetBytes(text));
}
