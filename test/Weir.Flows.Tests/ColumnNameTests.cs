using Xunit;

namespace Weir.Flows.Tests;

public class ColumnNameTests
{
    /// <summary>The header of the published CICIDS2017 files (MachineLearningCVE), blanks and all.</summary>
    private const string Cic2017 =
        " Destination Port, Flow Duration, Total Fwd Packets, Total Backward Packets,Total Length of Fwd Packets, Total Length of Bwd Packets,"
        + " Fwd Packet Length Max, Fwd Packet Length Min, Fwd Packet Length Mean, Fwd Packet Length Std,Bwd Packet Length Max,"
        + " Bwd Packet Length Min, Bwd Packet Length Mean, Bwd Packet Length Std,Flow Bytes/s, Flow Packets/s, Flow IAT Mean, Flow IAT Std,"
        + " Flow IAT Max, Flow IAT Min,Fwd IAT Total, Fwd IAT Mean, Fwd IAT Std, Fwd IAT Max, Fwd IAT Min,Bwd IAT Total, Bwd IAT Mean,"
        + " Bwd IAT Std, Bwd IAT Max, Bwd IAT Min,Fwd PSH Flags, Bwd PSH Flags, Fwd URG Flags, Bwd URG Flags, Fwd Header Length,"
        + " Bwd Header Length,Fwd Packets/s, Bwd Packets/s, Min Packet Length, Max Packet Length, Packet Length Mean, Packet Length Std,"
        + " Packet Length Variance,FIN Flag Count, SYN Flag Count, RST Flag Count, PSH Flag Count, ACK Flag Count, URG Flag Count,"
        + " CWE Flag Count, ECE Flag Count, Down/Up Ratio, Average Packet Size, Avg Fwd Segment Size, Avg Bwd Segment Size,"
        + " Fwd Header Length,Fwd Avg Bytes/Bulk, Fwd Avg Packets/Bulk, Fwd Avg Bulk Rate, Bwd Avg Bytes/Bulk, Bwd Avg Packets/Bulk,"
        + "Bwd Avg Bulk Rate,Subflow Fwd Packets, Subflow Fwd Bytes, Subflow Bwd Packets, Subflow Bwd Bytes,Init_Win_bytes_forward,"
        + " Init_Win_bytes_backward, act_data_pkt_fwd, min_seg_size_forward,Active Mean, Active Std, Active Max, Active Min,Idle Mean,"
        + " Idle Std, Idle Max, Idle Min, Label";

    /// <summary>CSE-CIC-IDS2018.</summary>
    private const string Cic2018 =
        "Dst Port,Protocol,Timestamp,Flow Duration,Tot Fwd Pkts,Tot Bwd Pkts,TotLen Fwd Pkts,TotLen Bwd Pkts,Fwd Pkt Len Max,Fwd Pkt Len Min,"
        + "Fwd Pkt Len Mean,Fwd Pkt Len Std,Bwd Pkt Len Max,Bwd Pkt Len Min,Bwd Pkt Len Mean,Bwd Pkt Len Std,Flow Byts/s,Flow Pkts/s,"
        + "Flow IAT Mean,Flow IAT Std,Flow IAT Max,Flow IAT Min,Fwd IAT Tot,Fwd IAT Mean,Fwd IAT Std,Fwd IAT Max,Fwd IAT Min,Bwd IAT Tot,"
        + "Bwd IAT Mean,Bwd IAT Std,Bwd IAT Max,Bwd IAT Min,Fwd PSH Flags,Bwd PSH Flags,Fwd URG Flags,Bwd URG Flags,Fwd Header Len,"
        + "Bwd Header Len,Fwd Pkts/s,Bwd Pkts/s,Pkt Len Min,Pkt Len Max,Pkt Len Mean,Pkt Len Std,Pkt Len Var,FIN Flag Cnt,SYN Flag Cnt,"
        + "RST Flag Cnt,PSH Flag Cnt,ACK Flag Cnt,URG Flag Cnt,CWE Flag Count,ECE Flag Cnt,Down/Up Ratio,Pkt Size Avg,Fwd Seg Size Avg,"
        + "Bwd Seg Size Avg,Fwd Byts/b Avg,Fwd Pkts/b Avg,Fwd Blk Rate Avg,Bwd Byts/b Avg,Bwd Pkts/b Avg,Bwd Blk Rate Avg,Subflow Fwd Pkts,"
        + "Subflow Fwd Byts,Subflow Bwd Pkts,Subflow Bwd Byts,Init Fwd Win Byts,Init Bwd Win Byts,Fwd Act Data Pkts,Fwd Seg Size Min,"
        + "Active Mean,Active Std,Active Max,Active Min,Idle Mean,Idle Std,Idle Max,Idle Min,Label";

    /// <summary>hieulw/cicflowmeter 0.4.2.</summary>
    private const string Python =
        "src_ip,dst_ip,src_port,dst_port,protocol,timestamp,flow_duration,flow_byts_s,flow_pkts_s,fwd_pkts_s,bwd_pkts_s,tot_fwd_pkts,"
        + "tot_bwd_pkts,totlen_fwd_pkts,totlen_bwd_pkts,fwd_pkt_len_max,fwd_pkt_len_min,fwd_pkt_len_mean,fwd_pkt_len_std,bwd_pkt_len_max,"
        + "bwd_pkt_len_min,bwd_pkt_len_mean,bwd_pkt_len_std,pkt_len_max,pkt_len_min,pkt_len_mean,pkt_len_std,pkt_len_var,fwd_header_len,"
        + "bwd_header_len,fwd_seg_size_min,fwd_act_data_pkts,flow_iat_mean,flow_iat_max,flow_iat_min,flow_iat_std,fwd_iat_tot,fwd_iat_max,"
        + "fwd_iat_min,fwd_iat_mean,fwd_iat_std,bwd_iat_tot,bwd_iat_max,bwd_iat_min,bwd_iat_mean,bwd_iat_std,fwd_psh_flags,bwd_psh_flags,"
        + "fwd_urg_flags,bwd_urg_flags,fin_flag_cnt,syn_flag_cnt,rst_flag_cnt,psh_flag_cnt,ack_flag_cnt,urg_flag_cnt,ece_flag_cnt,"
        + "down_up_ratio,pkt_size_avg,init_fwd_win_byts,init_bwd_win_byts,active_max,active_min,active_mean,active_std,idle_max,idle_min,"
        + "idle_mean,idle_std,fwd_byts_b_avg,fwd_pkts_b_avg,bwd_byts_b_avg,bwd_pkts_b_avg,fwd_blk_rate_avg,bwd_blk_rate_avg,"
        + "fwd_seg_size_avg,bwd_seg_size_avg,cwr_flag_count,subflow_fwd_pkts,subflow_bwd_pkts,subflow_fwd_byts,subflow_bwd_byts";

    /// <summary>The 76 numbers that every header but CICIDS2017's has beside the protocol.</summary>
    private static IEnumerable<string> Common => FlowFeatures.Columns.Where(column => column is not (
        "Protocol" or "Fwd RST Flags" or "Bwd RST Flags" or "Bwd Act Data Pkts" or "Bwd Seg Size Min" or "ICMP Code" or "ICMP Type"
        or "Fwd TCP Retrans. Count" or "Bwd TCP Retrans. Count" or "Total TCP Retrans. Count" or "Total Connection Flow Time"));

    [Theory]
    [InlineData(Cic2017, false)]
    [InlineData(Cic2018, true)]
    [InlineData(Python, true)]
    public void Every_published_header_is_understood_to_the_last_number(string header, bool hasProtocol)
    {
        var found = header.Split(',').Where(column => FlowFeatures.TryFind(column, out _))
            .Select(column => FlowFeatures.TryFind(column, out var feature) ? FlowFeatures.ColumnOf(feature) : "").ToHashSet();
        Assert.Equal(76, Common.Count());
        Assert.Equal(Common.Order(StringComparer.Ordinal), found.Where(column => column != "Protocol").Order(StringComparer.Ordinal));
        Assert.Equal(hasProtocol, found.Contains("Protocol"));
    }

    [Theory]
    [InlineData(" Min Packet Length", FlowFeature.LengthMin)]
    [InlineData("pkt_len_min", FlowFeature.LengthMin)]
    [InlineData("TotLen Fwd Pkts", FlowFeature.FwdBytes)]
    [InlineData("Fwd Byts/b Avg", FlowFeature.FwdBulkBytes)]
    [InlineData("Fwd Avg Packets/Bulk", FlowFeature.FwdBulkPackets)]
    [InlineData("CWE Flag Count", FlowFeature.CwrFlags)]
    [InlineData("Init_Win_bytes_backward", FlowFeature.BwdInitWindow)]
    [InlineData("Init Fwd Win Byts", FlowFeature.FwdInitWindow)]
    [InlineData("min_seg_size_forward", FlowFeature.FwdSegmentSizeMin)]
    [InlineData("Avg Bwd Segment Size", FlowFeature.BwdSegmentSizeAverage)]
    [InlineData("pkt_size_avg", FlowFeature.PacketSizeAverage)]
    [InlineData("Total TCP Flow Time", FlowFeature.ConnectionTime)]
    public void A_column_is_known_by_its_words(string column, FlowFeature expected)
    {
        Assert.True(FlowFeatures.TryFind(column, out var feature));
        Assert.Equal(expected, feature);
    }

    [Theory]
    [InlineData("Flow ID")]
    [InlineData("Label")]
    [InlineData("Dst Port")]
    [InlineData("id")]
    [InlineData("")]
    [InlineData("Packet Length")]
    public void What_is_no_feature_is_none(string column) => Assert.False(FlowFeatures.TryFind(column, out _));

    [Fact]
    public void Names_are_looked_up_where_they_are_written() =>
        Assert.All(Enum.GetValues<FlowFeature>(), feature =>
        {
            Assert.True(FlowFeatures.TryFind(FlowFeatures.ColumnOf(feature), out var found));
            Assert.Equal(feature, found);
        });
}
